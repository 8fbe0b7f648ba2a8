package io.ostraka.it.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.testkit.sim.Fault;
import io.ostraka.raft.testkit.sim.FaultCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The whole system, seed by seed. {@code -Dsystem.seed=N} runs one, with {@code -Dsystem.trace=full} saying everything
 * that happens; {@code -Dsystem.seeds=N} the first so many; {@code -Dsim.minutes=N} from {@code -Dsystem.from=N} on for
 * so long.
 */
class SystemSimulationTest {

    private static final long SECOND = 1_000_000_000L;
    private static final long FAULTY_NANOS = Long.getLong("system.seconds", 45) * SECOND;
    private static final int SEEDS = Integer.getInteger("system.seeds", 150);

    @Test
    void nothingIsLostDoneTwiceOrServedTwiceAndAllIsWellInTheEnd() throws InterruptedException, ExecutionException {
        Long only = Long.getLong("system.seed");
        Totals totals = new Totals();
        try (ErrorLog errors = new ErrorLog()) {
            if (only != null) {
                boolean full = "full".equals(System.getProperty("system.trace"));
                totals.add(SystemSimulation.run(only, FAULTY_NANOS, full ? System.out::println : null));
            } else if (Long.getLong("sim.minutes") == null) {
                each(1, SEEDS, totals);
            } else {
                long end = System.nanoTime() + Long.getLong("sim.minutes", 0) * 60 * SECOND;
                for (long from = Long.getLong("system.from", 1); System.nanoTime() < end; from += SEEDS) {
                    each(from, from + SEEDS - 1, totals);
                }
            }
            errors.check();
        }
        System.out.println(totals);
        if (only == null) {
            assertThat(totals.handOvers).isPositive();
            assertThat(totals.faults.of(Fault.MACHINE_CRASH)).isPositive();
            assertThat(totals.acknowledged).isGreaterThan(100L * SEEDS);
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
    @ValueSource(longs = {20, 58, 63, 66, 80, 95})
    void aReplicaWhoseCreationBrokeOffIsCreatedAtTheNextStart(long seed) {
        try (ErrorLog errors = new ErrorLog()) {
            SystemSimulation.run(seed, 30 * SECOND, null);
            errors.check();
        }
    }

    private static void each(long from, long to, Totals totals) throws InterruptedException, ExecutionException {
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            List<Future<SystemSimulation.Report>> running = new ArrayList<>();
            for (long seed = from; seed <= to; seed++) {
                long each = seed;
                running.add(threads.submit(() -> run(each)));
            }
            for (Future<SystemSimulation.Report> each : running) {
                totals.add(each.get());
            }
        }
    }

    private static SystemSimulation.Report run(long seed) {
        try {
            return SystemSimulation.run(seed, FAULTY_NANOS, null);
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(
                    "seed " + seed + ": " + e.getMessage() + "\nagain: mvn -pl integration-tests -am verify -DskipITs"
                            + " -Dtest=SystemSimulationTest -Dsurefire.failIfNoSpecifiedTests=false -Dsystem.seed="
                            + seed
                            + " -Dsystem.trace=full",
                    e);
        }
    }

    /** What happened in all runs together. */
    private static final class Totals {
        private final FaultCounts faults = new FaultCounts();
        private long runs;
        private long virtualNanos;
        private long events;
        private long acknowledged;
        private long handOvers;
        private long changes;
        private long leaders;

        void add(SystemSimulation.Report report) {
            runs++;
            faults.add(report.faults());
            virtualNanos += report.virtualNanos();
            events += report.events();
            acknowledged += report.acknowledged();
            handOvers += report.handOvers();
            changes += report.changes();
            leaders += report.leaders();
        }

        @Override
        public String toString() {
            return String.format(
                    "whole system: %d seeds, %.2f virtual hours, %d events, %d calls answered, %d changes of the"
                            + " configuration, %d hand-overs, %d elections, %d faults: %s",
                    runs,
                    virtualNanos / 3.6e12,
                    events,
                    acknowledged,
                    changes,
                    handOvers,
                    leaders,
                    faults.total(),
                    faults);
        }
    }
}
