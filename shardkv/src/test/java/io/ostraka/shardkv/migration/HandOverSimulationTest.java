package io.ostraka.shardkv.migration;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * Runs the hand-over under faults for many seeds. One seed again: {@code mvn -pl shardkv -am test
 * -Dtest=HandOverSimulationTest -Dsurefire.failIfNoSpecifiedTests=false -Dostraka.handover.seed=SEED}; the first so
 * many with {@code -Dostraka.handover.seeds=COUNT}.
 */
class HandOverSimulationTest {

    private static final long FAULTY_MILLIS = 20_000;
    private static final int SEEDS = 150;

    @Test
    void everyShardHasOneTokenAndEveryAcknowledgedLineIsThereOnce() {
        Long only = Long.getLong("ostraka.handover.seed");
        long seeds = Long.getLong("ostraka.handover.seeds", SEEDS);
        long handOvers = 0;
        long recovered = 0;
        long fromCopies = 0;
        for (long seed = only == null ? 1 : only; seed <= (only == null ? seeds : only); seed++) {
            HandOverSimulation simulation = new HandOverSimulation(seed);
            simulation.run(FAULTY_MILLIS);
            handOvers += simulation.handOvers();
            recovered += simulation.recovered().shards();
            fromCopies += simulation.recovered().fromCopies();
        }
        assertThat(handOvers).isPositive();
        if (only == null) {
            assertThat(recovered)
                    .as("shards that went on without a group that died")
                    .isPositive();
            assertThat(fromCopies).as("shards that went on from a frozen copy").isPositive();
            assertThat(fromCopies).isLessThan(recovered);
        }
    }
}
