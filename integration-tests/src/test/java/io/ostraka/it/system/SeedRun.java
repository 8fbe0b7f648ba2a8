package io.ostraka.it.system;

import java.util.function.UnaryOperator;

/**
 * A run in words that every class loader knows, so that any loader's copy of the system can run: takes a seed and how
 * long the safety phase lasts, in nanoseconds; gives nothing if all went well, else who noticed what was wrong, and
 * what it was. Has no state.
 */
public final class SeedRun implements UnaryOperator<String[]> {

    private static final String HERE = SeedRun.class.getPackageName() + ".";

    /** For class loaders. */
    public SeedRun() {}

    @Override
    public String[] apply(String[] words) {
        try (ErrorLog errors = new ErrorLog()) {
            String[] late = run(words);
            try {
                // What a handler reported came before what it led to.
                errors.check();
                return late;
            } catch (SystemViolation e) {
                return words(e);
            }
        }
    }

    private static String[] run(String[] words) {
        try {
            SystemSimulation.run(Long.parseLong(words[0]), Long.parseLong(words[1]), null);
            return new String[0];
        } catch (RuntimeException | AssertionError e) {
            return words(e);
        }
    }

    private static String[] words(Throwable thrown) {
        return new String[] {noticedBy(thrown), String.valueOf(thrown.getMessage())};
    }

    /** The oracle that threw a violation; of anything else that it came out of a handler. */
    private static String noticedBy(Throwable thrown) {
        StackTraceElement[] trace = thrown.getStackTrace();
        if (!(thrown instanceof SystemViolation) || trace.length == 0) {
            return "handler";
        }
        String place = trace[0].getClassName();
        return place.startsWith(HERE) ? place.substring(HERE.length()) : place;
    }
}
