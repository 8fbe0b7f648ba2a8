package io.ostraka.it.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.testkit.sim.Fault;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The whole system, seed by seed: a few dense runs and thousands of sparse ones. {@code -Dsystem.seed=N} runs one, with
 * {@code -Dsystem.density=SPARSE} a sparse one, with {@code -Dsystem.trace=full} saying everything that happens;
 * {@code -Dsystem.seeds=N} the first so many sparse ones, {@code -Dsystem.dense=N} dense ones. The first seed that
 * fails is made smaller, by {@code -Dsystem.shrink=N} runs at most, and the command that runs what is left is printed.
 */
@Tag("thousands-of-seeds")
class SystemSimulationTest {

    private static final long SECOND = 1_000_000_000L;
    private static final long FAULTY_NANOS = Long.getLong("system.seconds", 60) * SECOND;

    @Test
    void nothingIsLostDoneTwiceOrServedTwiceAndAllIsWellInTheEnd() throws InterruptedException {
        Long only = Long.getLong("system.seed");
        if (only == null) {
            run(Density.DENSE, "system.dense", 15);
            run(Density.SPARSE, "system.seeds", 2_000);
            return;
        }
        boolean full = "full".equals(System.getProperty("system.trace"));
        RunPlan plan = RunPlan.ofProperties(only, FAULTY_NANOS);
        Totals totals = new Totals();
        try (ErrorLog errors = new ErrorLog()) {
            totals.add(SystemSimulation.run(plan, full ? System.out::println : null, _ -> {}));
            errors.check();
        }
        System.out.println(totals);
    }

    private static void run(Density density, String option, int usual) throws InterruptedException {
        int seeds = Integer.getInteger(option, usual);
        Totals totals = new Totals();
        try (ErrorLog errors = new ErrorLog()) {
            SystemRuns.each(1, seeds, seed -> RunPlan.of(seed, FAULTY_NANOS, density), totals);
            errors.check();
        }
        System.out.println(density + ": " + totals);
        if (seeds >= usual) {
            assertThat(totals.handOvers()).isPositive();
            assertThat(totals.faults().of(Fault.MACHINE_CRASH)).isPositive();
            assertThat(totals.faults().of(Fault.DISK_WIPED)).isPositive();
            assertThat(totals.faults().of(Fault.BIT_FLIP)).isPositive();
            assertThat(totals.acknowledged()).isGreaterThan(100L * seeds);
        }
    }

    /** The same run has the same history, event by event, in one process and over two threads. */
    @Test
    void aSeedRunsTheSameWayEachTime() {
        try (ErrorLog errors = new ErrorLog()) {
            for (long seed = 1; seed <= 15; seed++) {
                String digest = SystemSimulation.run(seed, 10 * SECOND, null).digest();
                assertThat(SystemSimulation.run(seed, 10 * SECOND, null).digest())
                        .as("seed %d", seed)
                        .isEqualTo(digest);
            }
            errors.check();
        }
    }

    /** A node died while it created a replica, and could never start again: it began the replica's log twice. */
    @ParameterizedTest
    @ValueSource(longs = 47)
    void aReplicaWhoseCreationBrokeOffIsCreatedAtTheNextStart(long seed) {
        try (ErrorLog errors = new ErrorLog()) {
            SystemSimulation.run(seed, 20 * SECOND, null);
            errors.check();
        }
    }

    /** A controller that could not write its state was left without its replica, in a process that went on. */
    @ParameterizedTest
    @ValueSource(longs = 1_000_004)
    void aFullDiskEndsTheProcessOfAController(long seed) {
        try (ErrorLog errors = new ErrorLog()) {
            SystemSimulation.run(seed, 20 * SECOND, null);
            errors.check();
        }
    }
}
