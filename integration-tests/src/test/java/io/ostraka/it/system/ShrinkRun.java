package io.ostraka.it.system;

import java.util.function.UnaryOperator;

/**
 * The search for a smaller run in words that every class loader knows: takes a seed that fails densely, how long the
 * safety phase lasts, in nanoseconds, and how many runs it may take; gives the options of the command line that run
 * what is left, who noticed what was wrong, what it was, and the names of the faults that happen. Nothing if the seed
 * does not fail.
 */
public final class ShrinkRun implements UnaryOperator<String[]> {

    /** For class loaders. */
    public ShrinkRun() {}

    @Override
    public String[] apply(String[] words) {
        RunPlan plan = RunPlan.of(Long.parseLong(words[0]), Long.parseLong(words[1]), Density.DENSE);
        Shrinking.Failure failure = SeedRun.failure(plan);
        if (failure == null) {
            return new String[0];
        }
        Shrinking.Smallest found = Shrinking.shrink(SeedRun::failure, Integer.parseInt(words[2]), plan, failure);
        return new String[] {
            found.plan().words(),
            found.failure().by(),
            found.failure().what(),
            String.join(",", found.failure().faults())
        };
    }
}
