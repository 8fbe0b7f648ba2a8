package io.ostraka.shardkv.migration;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * Runs the hand-over under faults for many seeds. One seed again: {@code mvn -pl shardkv -am test
 * -Dtest=HandOverSimulationTest -Dsurefire.failIfNoSpecifiedTests=false -Dostraka.handover.seed=SEED}.
 */
class HandOverSimulationTest {

    private static final long FAULTY_MILLIS = 20_000;
    private static final int SEEDS = 150;

    @Test
    void everyShardHasOneTokenAndEveryAcknowledgedLineIsThereOnce() {
        Long only = Long.getLong("ostraka.handover.seed");
        long handOvers = 0;
        for (long seed = only == null ? 1 : only; seed <= (only == null ? SEEDS : only); seed++) {
            HandOverSimulation simulation = new HandOverSimulation(seed);
            simulation.run(FAULTY_MILLIS);
            handOvers += simulation.handOvers();
        }
        assertThat(handOvers).isPositive();
    }
}
