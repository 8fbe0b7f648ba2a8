package io.ostraka.it.system;

import io.ostraka.raft.testkit.sim.Fault;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Makes a run that fails smaller, as long as the same oracle notices something: a shorter safety phase, fewer groups
 * and clients, fewer kinds of faults; then the list of single faults, by delta debugging. Every step is a run, and
 * there are only so many.
 */
final class Shrinking {

    /**
     * How a run failed.
     *
     * @param by who noticed
     * @param what what it was
     * @param faults the names of the faults that had happened, in their order
     */
    record Failure(String by, String what, List<String> faults) {}

    /**
     * The smallest that was found.
     *
     * @param plan which run it is
     * @param failure how it fails
     * @param runs how many runs it took
     */
    record Smallest(RunPlan plan, Failure failure, int runs) {}

    private static final int TIME_STEPS = 6;

    private final Function<RunPlan, @Nullable Failure> run;
    private final int runsMax;
    private RunPlan plan;
    private Failure failure;
    private int runs;

    private Shrinking(Function<RunPlan, @Nullable Failure> run, int runsMax, RunPlan plan, Failure failure) {
        this.run = run;
        this.runsMax = runsMax;
        this.plan = plan;
        this.failure = failure;
    }

    /**
     * Looks for the smallest.
     *
     * @param run runs a plan; null if nothing is wrong with it
     * @param runsMax how many runs it may take
     * @param failing a plan that fails
     * @param failure how
     */
    static Smallest shrink(Function<RunPlan, @Nullable Failure> run, int runsMax, RunPlan failing, Failure failure) {
        Shrinking shrinking = new Shrinking(run, runsMax, failing, failure);
        shrinking.shortenTime();
        shrinking.lower(plan -> plan.withGroups(1), groups -> shrinking.plan.withGroups(groups));
        shrinking.lower(plan -> plan.withClients(1), clients -> shrinking.plan.withClients(clients));
        for (Fault fault : Fault.values()) {
            if (shrinking.failure.faults().stream().anyMatch(name -> name.startsWith(fault.name() + "."))) {
                shrinking.fails(shrinking.plan.without(fault));
            }
        }
        shrinking.dropFaults();
        return new Smallest(shrinking.plan, shrinking.failure, shrinking.runs);
    }

    /** Takes the plan if it fails in the same way. */
    private boolean fails(RunPlan smaller) {
        if (runs >= runsMax) {
            return false;
        }
        runs++;
        Failure found = run.apply(smaller);
        if (found == null || !found.by().equals(failure.by())) {
            return false;
        }
        plan = smaller;
        failure = found;
        return true;
    }

    private void shortenTime() {
        long tooShort = 0;
        for (int step = 0; step < TIME_STEPS; step++) {
            long middle = (tooShort + plan.faultyNanos()) / 2;
            if (!fails(plan.lasting(middle))) {
                tooShort = middle;
            }
        }
    }

    private void lower(Function<RunPlan, RunPlan> least, IntFunction<RunPlan> atMost) {
        if (fails(least.apply(plan))) {
            return;
        }
        for (int most = 2; most <= 4; most++) {
            if (fails(atMost.apply(most))) {
                return;
            }
        }
    }

    /** Zeller and Hildebrandt's ddmin on the faults that happened. */
    private void dropFaults() {
        List<String> left = new ArrayList<>(new LinkedHashSet<>(failure.faults()));
        if (!fails(plan.withOnly(Set.copyOf(left)))) {
            return;
        }
        if (fails(plan.withOnly(Set.of()))) {
            return;
        }
        int parts = 2;
        while (left.size() > 1 && runs < runsMax) {
            List<String> smaller = withoutOnePart(left, parts);
            if (smaller != null) {
                left = smaller;
                parts = Math.max(2, parts - 1);
            } else if (parts == left.size()) {
                return;
            } else {
                parts = Math.min(left.size(), 2 * parts);
            }
        }
    }

    private @Nullable List<String> withoutOnePart(List<String> faults, int parts) {
        for (int part = 0; part < parts; part++) {
            List<String> rest = new ArrayList<>(faults.subList(0, part * faults.size() / parts));
            rest.addAll(faults.subList((part + 1) * faults.size() / parts, faults.size()));
            if (rest.size() < faults.size() && fails(plan.withOnly(Set.copyOf(rest)))) {
                return rest;
            }
        }
        return null;
    }
}
