package io.ostraka.it.system;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs of many seeds; one that fails says how to run it again. */
final class SystemRuns {

    private static final int THREADS = 2;

    private SystemRuns() {}

    /** Runs the seeds from {@code from} to {@code to}, two at a time. */
    static void each(long from, long to, long faultyNanos, Totals totals)
            throws InterruptedException, ExecutionException {
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<SystemSimulation.Report>> running = new ArrayList<>();
            for (long seed = from; seed <= to; seed++) {
                long each = seed;
                running.add(threads.submit(() -> run(each, faultyNanos)));
            }
            for (Future<SystemSimulation.Report> each : running) {
                totals.add(each.get());
            }
        }
    }

    static SystemSimulation.Report run(long seed, long faultyNanos) {
        try {
            return SystemSimulation.run(seed, faultyNanos, null);
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(
                    "seed " + seed + ": " + e.getMessage() + "\nagain: mvn -pl integration-tests -am verify -DskipITs"
                            + " -Dtest=SystemSimulationTest -Dsurefire.failIfNoSpecifiedTests=false -Dsystem.seed="
                            + seed + " -Dsystem.seconds=" + faultyNanos / 1_000_000_000L
                            + " -Dsystem.trace=full",
                    e);
        }
    }
}
