package io.ostraka.shardkv.migration;

/**
 * A leader's log time: what the last stamp in its log said, and what its monotonic clock has counted since (DESIGN
 * section 6). No wall clock has a part in it. Immutable; made anew for each term led.
 *
 * @param lastStampMillis the highest stamp applied when leadership began
 * @param startNanos the monotonic clock at that moment
 */
public record LogClock(long lastStampMillis, long startNanos) {

    /** The stamp of an entry proposed now. */
    public long stampMillis(long nowNanos) {
        return lastStampMillis + Math.max(0, nowNanos - startNanos) / 1_000_000;
    }
}
