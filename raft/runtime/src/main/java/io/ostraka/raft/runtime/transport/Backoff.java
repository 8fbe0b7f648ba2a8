package io.ostraka.raft.runtime.transport;

import java.util.random.RandomGenerator;

/**
 * The waits between attempts to reach a node: doubling from a first to a longest one, each drawn from its upper half.
 */
final class Backoff {

    private final long firstMillis;
    private final long longestMillis;
    private final RandomGenerator random;
    private long nextMillis;

    Backoff(long firstMillis, long longestMillis, RandomGenerator random) {
        this.firstMillis = firstMillis;
        this.longestMillis = longestMillis;
        this.random = random;
        this.nextMillis = firstMillis;
    }

    /** Returns the wait before the next attempt. */
    long nextMillis() {
        long wait = nextMillis / 2 + random.nextLong(nextMillis / 2 + 1);
        nextMillis = Math.min(longestMillis, nextMillis * 2);
        return wait;
    }

    /** Begins anew, after an attempt that succeeded. */
    void reset() {
        nextMillis = firstMillis;
    }
}
