package io.ostraka.shardkv.server;

import java.util.random.RandomGenerator;

/** Growing, jittered pauses between attempts: each between half and the whole of a step that doubles up to a bound. */
final class Backoff {

    private final long firstMillis;
    private final long maxMillis;
    private final RandomGenerator random;
    private long step;

    Backoff(long firstMillis, long maxMillis, RandomGenerator random) {
        this.firstMillis = firstMillis;
        this.maxMillis = maxMillis;
        this.random = random;
        step = firstMillis;
    }

    /** The pause before the next attempt, in milliseconds. */
    long nextMillis() {
        long pause = step / 2 + random.nextLong(step / 2 + 1);
        step = Math.min(maxMillis, step * 2);
        return pause;
    }

    /** Notes a success. */
    void reset() {
        step = firstMillis;
    }
}
