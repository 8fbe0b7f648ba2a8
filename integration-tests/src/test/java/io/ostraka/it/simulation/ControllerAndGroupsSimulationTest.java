package io.ostraka.it.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.shardkv.migration.HandOverSimulation;
import io.ostraka.shardkv.shard.GroupFixture;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The real controller and real groups together under faults, for many seeds; in two of three the controllers are lost
 * and restored from old backups. One seed again: {@code mvn -pl integration-tests -am verify
 * -Dtest=ControllerAndGroupsSimulationTest -Dsurefire.failIfNoSpecifiedTests=false -DskipITs
 * -Dostraka.controller.seed=SEED}; the first so many with {@code -Dostraka.controller.seeds=COUNT}.
 */
class ControllerAndGroupsSimulationTest {

    private static final long FAULTY_MILLIS = 20_000;
    private static final int SEEDS = 100;

    @Test
    void everyShardHasOneTokenAndEveryAcknowledgedLineIsThereOnce() {
        Long only = Long.getLong("ostraka.controller.seed");
        long last = only == null ? Long.getLong("ostraka.controller.seeds", SEEDS) : only;
        long handOvers = 0;
        long recovered = 0;
        long begun = 0;
        long done = 0;
        for (long seed = only == null ? 1 : only; seed <= last; seed++) {
            boolean forgetful = seed % 3 != 0;
            List<RealController> controllers = new ArrayList<>();
            HandOverSimulation simulation = new HandOverSimulation(seed, random -> {
                controllers.add(new RealController(GroupFixture.SHARDS, forgetful, random));
                return controllers.getFirst();
            });
            simulation.run(FAULTY_MILLIS);
            RealController controller = controllers.getFirst();
            assertThat(controller.isRestoring())
                    .as("seed %s still restores: %s", seed, controller.restoreStatus())
                    .isFalse();
            handOvers += simulation.handOvers();
            recovered += simulation.recovered().shards();
            begun += controller.restored().begun();
            done += controller.restored().done();
        }
        if (only == null) {
            assertThat(handOvers).isPositive();
            assertThat(recovered)
                    .as("shards that went on without a group that died")
                    .isPositive();
            assertThat(done).as("restores that came to their end, of %s", begun).isPositive();
        }
    }
}
