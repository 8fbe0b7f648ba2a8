package io.ostraka.raft.testkit.fuzz;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What Jazzer calls, by these names: the target that a system property names. */
public final class GuidedEntry {

    static final String TARGET = "fuzz.target";

    private static @Nullable FuzzTarget target;
    private static @Nullable FuzzRun run;

    private GuidedEntry() {}

    /** Creates the target. */
    public static void fuzzerInitialize() throws ClassNotFoundException {
        Class<?> type = Class.forName(System.getProperty(TARGET));
        FuzzTarget created = FuzzRun.create(type.asSubclass(FuzzTarget.class));
        target = created;
        run = new FuzzRun(created);
    }

    /** Runs an input as it is, and sealed. */
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        FuzzRun runs = run;
        FuzzTarget runsOn = target;
        if (runs == null || runsOn == null) {
            throw new IllegalStateException("not initialised");
        }
        runs.run(input);
        byte[] sealed = runsOn.sealed(input.clone());
        if (!Arrays.equals(sealed, input)) {
            runs.run(sealed);
        }
    }
}
