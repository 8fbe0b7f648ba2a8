package io.ostraka.client.internal.routing;

import java.util.random.RandomGenerator;

/**
 * Exponential back-off with jitter: the n-th delay is drawn between half and all of {@code first * 2^(n-1)}, at most
 * {@code most}. The jitter keeps clients that failed together from coming back together.
 */
public record Backoff(long firstNanos, long mostNanos) {

    /** The delay before the try after {@code failures} failed ones (at least 1). */
    public long delayNanos(int failures, RandomGenerator random) {
        int doublings = Math.min(Math.max(failures - 1, 0), 30);
        long ceiling = Math.min(mostNanos, firstNanos << doublings);
        return ceiling / 2 + random.nextLong(ceiling / 2 + 1);
    }
}
