package io.ostraka.raft.runtime.host;

/**
 * Whether the disk under the log is fit to lead on, from how long its writes take, with hysteresis: it is sick once a
 * write takes longer than the bound, finished or not, and well again only after a time without any such write.
 *
 * <p>Deterministic and single-threaded.
 */
public final class DiskHealth {

    private final long latencyMaxNanos;
    private final long recoveryNanos;
    private boolean sick;
    private long lastSlowNanos;

    /**
     * Makes a healthy one.
     *
     * @param latencyMaxNanos the longest that a write of a fit disk takes
     * @param recoveryNanos how long no write may be slow before the disk counts as fit again
     */
    public DiskHealth(long latencyMaxNanos, long recoveryNanos) {
        this.latencyMaxNanos = latencyMaxNanos;
        this.recoveryNanos = recoveryNanos;
    }

    /** Notes, at {@code nowNanos}, a write that took {@code latencyNanos}, or has waited for that long already. */
    public void observe(long latencyNanos, long nowNanos) {
        if (latencyNanos > latencyMaxNanos) {
            sick = true;
            lastSlowNanos = nowNanos;
        } else if (sick && nowNanos - lastSlowNanos > recoveryNanos) {
            sick = false;
        }
    }

    /** Whether the disk is fit at this time. */
    public boolean healthy() {
        return !sick;
    }
}
