package io.ostraka.cli;

/** The machine's monotonic clock, as the bench and a setup read it. */
final class Stopwatch {

    private Stopwatch() {}

    /** Nanoseconds since some fixed point. */
    static long nanos() {
        return System.nanoTime();
    }
}
