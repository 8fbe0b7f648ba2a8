package io.ostraka.it.system;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongFunction;

/** Runs of many seeds; one that fails says how to run it again. */
final class SystemRuns {

    private static final int THREADS = 2;
    private static final int SHRINKING_RUNS = Integer.getInteger("system.shrink", 60);

    private SystemRuns() {}

    /** Runs the plans of the seeds from {@code from} to {@code to}, two at a time. */
    static void each(long from, long to, LongFunction<RunPlan> plans, Totals totals) throws InterruptedException {
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<SystemSimulation.Report>> running = new ArrayList<>();
            for (long seed = from; seed <= to; seed++) {
                RunPlan plan = plans.apply(seed);
                running.add(threads.submit(() -> run(plan)));
            }
            for (int i = 0; i < running.size(); i++) {
                totals.add(resultOf(running.get(i), plans.apply(from + i), threads));
            }
        }
    }

    /** The first seed that fails is made smaller, while no other runs. */
    private static SystemSimulation.Report resultOf(
            Future<SystemSimulation.Report> running, RunPlan plan, ExecutorService threads)
            throws InterruptedException {
        try {
            return running.get();
        } catch (ExecutionException e) {
            threads.shutdownNow();
            Throwable failure = Objects.requireNonNullElse(e.getCause(), e);
            throw new AssertionError(failure.getMessage() + smallest(plan), failure);
        }
    }

    /** Runs a plan; how it can be run again is in what it throws. */
    static SystemSimulation.Report run(RunPlan plan) {
        try {
            return SystemSimulation.run(plan, null, _ -> {});
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("seed " + plan.seed() + ": " + e.getMessage() + "\nagain: " + command(plan), e);
        }
    }

    private static String command(RunPlan plan) {
        return "mvn -pl integration-tests -am verify -DskipITs -Dtest=SystemSimulationTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false " + plan.words() + " -Dsystem.trace=full";
    }

    private static String smallest(RunPlan plan) {
        Shrinking.Failure failure = SeedRun.failure(plan);
        if (failure == null) {
            return "\nwhich does not fail when it runs alone";
        }
        Shrinking.Smallest smallest = Shrinking.shrink(SeedRun::failure, SHRINKING_RUNS, plan, failure);
        return "\nsmaller, after " + smallest.runs() + " runs: "
                + smallest.failure().what() + "\nagain: " + command(smallest.plan());
    }
}
