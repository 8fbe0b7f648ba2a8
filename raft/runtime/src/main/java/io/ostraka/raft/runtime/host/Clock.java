package io.ostraka.raft.runtime.host;

/** Monotonic time. The production clock is {@link SystemClock}; a simulator brings its own. */
@FunctionalInterface
public interface Clock {

    /** Returns nanoseconds since an arbitrary origin, never going backwards. */
    long nanoTime();
}
