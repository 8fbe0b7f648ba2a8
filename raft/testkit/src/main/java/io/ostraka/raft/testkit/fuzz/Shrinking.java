package io.ostraka.raft.testkit.fuzz;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** Makes an input smaller that fails, as long as it fails in the same way. */
final class Shrinking {

    private static final int TRIALS_MAX = 2_000;
    private static final long NANOS_MAX = TimeUnit.SECONDS.toNanos(10);

    private Shrinking() {}

    static byte[] shrink(FuzzRun run, byte[] input, Throwable finding) {
        byte[] small = input;
        int trials = 0;
        long until = FuzzRun.cpuNanos() + NANOS_MAX;
        for (int piece = Math.max(input.length / 2, 1); piece > 0; piece /= 2) {
            for (int at = 0; at < small.length && trials < TRIALS_MAX && FuzzRun.cpuNanos() < until; trials++) {
                byte[] without = without(small, at, Math.min(at + piece, small.length));
                Throwable other = run.findingOf(without);
                if (other != null && kind(other).equals(kind(finding))) {
                    small = without;
                } else {
                    at += piece;
                }
            }
        }
        return small;
    }

    private static byte[] without(byte[] bytes, int from, int to) {
        byte[] rest = Arrays.copyOf(bytes, bytes.length - (to - from));
        System.arraycopy(bytes, to, rest, from, bytes.length - to);
        return rest;
    }

    /** What two findings of the same cause have in common: the type, and the first place in our own code. */
    private static String kind(Throwable finding) {
        String place = Arrays.stream(finding.getStackTrace())
                .filter(frame -> frame.getClassName().startsWith("io.ostraka"))
                .findFirst()
                .map(frame -> frame.getClassName() + "." + frame.getMethodName())
                .orElse("");
        return finding.getClass().getName() + place;
    }
}
