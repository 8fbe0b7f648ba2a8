package io.ostraka.client.internal.routing;

/**
 * What the client knows of one shard's time: the last time that a leader told it, carried on by the client's own
 * monotonic clock, so that a client that was idle does not stamp its next write with a time long past.
 */
final class ShardClock {

    private static final long NANOS_PER_MILLI = 1_000_000;

    private long toldMillis;
    private long toldAtNanos;

    /** The time to stamp on a write that is first sent now; 0: no leader has told the time yet. */
    long nowMillis(long nowNanos) {
        return toldMillis == 0 ? 0 : toldMillis + Math.max(0, nowNanos - toldAtNanos) / NANOS_PER_MILLI;
    }

    /** A leader told the time; an older time than what is known by now comes from a late answer and is ignored. */
    void told(long millis, long nowNanos) {
        if (millis > nowMillis(nowNanos)) {
            correct(millis, nowNanos);
        }
    }

    /** A leader refused our time and told its own. */
    void correct(long millis, long nowNanos) {
        if (millis > 0) {
            toldMillis = millis;
            toldAtNanos = nowNanos;
        }
    }
}
