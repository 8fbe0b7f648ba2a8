package io.ostraka.it.system;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A run in words that every class loader knows, so that any loader's copy of the system can run: takes the seed of a
 * dense run and how long the safety phase lasts, in nanoseconds; gives nothing if all went well, else who noticed what
 * was wrong, and what it was. Has no state.
 */
public final class SeedRun implements UnaryOperator<String[]> {

    private static final String HERE = SeedRun.class.getPackageName() + ".";

    /** For class loaders. */
    public SeedRun() {}

    @Override
    public String[] apply(String[] words) {
        Shrinking.Failure failure =
                failure(RunPlan.of(Long.parseLong(words[0]), Long.parseLong(words[1]), Density.DENSE));
        return failure == null ? new String[0] : new String[] {failure.by(), failure.what()};
    }

    /** How a plan fails; null if nothing is wrong with it. */
    static Shrinking.@Nullable Failure failure(RunPlan plan) {
        try (ErrorLog errors = new ErrorLog()) {
            List<String> faults = new ArrayList<>();
            Throwable late = null;
            try {
                SystemSimulation.run(plan, null, faults::add);
            } catch (RuntimeException | AssertionError e) {
                late = e;
            }
            try {
                // What a handler reported came before what it led to.
                errors.check();
            } catch (SystemViolation e) {
                late = e;
            }
            return late == null
                    ? null
                    : new Shrinking.Failure(noticedBy(late), String.valueOf(late.getMessage()), faults);
        }
    }

    /** The oracle that threw a violation; of anything else that it came out of a handler. */
    private static String noticedBy(Throwable thrown) {
        StackTraceElement[] trace = thrown.getStackTrace();
        if (!(thrown instanceof SystemViolation) || trace.length == 0) {
            return "handler";
        }
        String place = trace[0].getClassName();
        String oracle = place.startsWith(HERE) ? place.substring(HERE.length()) : place;
        int nested = oracle.indexOf('$');
        return nested < 0 ? oracle : oracle.substring(0, nested);
    }
}
