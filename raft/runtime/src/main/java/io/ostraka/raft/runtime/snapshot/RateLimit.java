package io.ostraka.raft.runtime.snapshot;

import java.util.concurrent.TimeUnit;

/**
 * A budget of bytes that fills with time, up to a quarter of a second's worth. Deterministic and single-threaded; time
 * comes in as an argument.
 */
public final class RateLimit {

    private static final long BURST_DIVISOR = 4;

    private final long bytesPerSecond;
    private double available;
    private long lastNanos;

    /** Makes a full budget at {@code nowNanos}. */
    public RateLimit(long bytesPerSecond, long nowNanos) {
        if (bytesPerSecond < 1) {
            throw new IllegalArgumentException("bytes per second must be above zero: " + bytesPerSecond);
        }
        this.bytesPerSecond = bytesPerSecond;
        this.available = burst();
        this.lastNanos = nowNanos;
    }

    /**
     * Spends {@code bytes} if the budget is not overdrawn, and returns 0; else returns how many nanoseconds from now it
     * no longer will be. One spending may overdraw, so that a chunk larger than the burst passes too.
     */
    public long spend(long bytes, long nowNanos) {
        double gained = (double) (nowNanos - lastNanos) * bytesPerSecond / TimeUnit.SECONDS.toNanos(1);
        available = Math.min(burst(), available + Math.max(0, gained));
        lastNanos = nowNanos;
        if (available <= 0) {
            return 1 + (long) (-available * TimeUnit.SECONDS.toNanos(1) / bytesPerSecond);
        }
        available -= bytes;
        return 0;
    }

    private double burst() {
        return Math.max(1.0, (double) bytesPerSecond / BURST_DIVISOR);
    }
}
