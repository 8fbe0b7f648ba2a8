package io.ostraka.shardkv.server;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The log time of one group as this node would stamp it (DESIGN section 6): the last stamp seen in the log, plus what
 * the monotonic clock has counted since. No wall clock comes in, so one that is wrong can neither expire nor block
 * anything. While nothing runs, log time stands still.
 *
 * <p>Pure: time is an argument. Thread-safe; what it says never falls below a stamp seen, and never goes backwards
 * while this node leads.
 */
final class GroupClock {

    /** Log time minus the monotonic clock, in milliseconds; only ever grows while this node leads. */
    private final AtomicLong offsetMillis;

    /** A clock that stands at 1 ms until a stamp is seen; 0 is what a client sends that knows no time. */
    GroupClock(long nowNanos) {
        offsetMillis = new AtomicLong(1 - millis(nowNanos));
    }

    /**
     * Notes a stamp that another node's log time made, seen at {@code nowNanos}. What was counted here since earlier
     * stamps is dropped, so that a clock that runs at a wrong rate gathers no error as long as somebody else leads.
     */
    void follow(long stampMillis, long nowNanos) {
        offsetMillis.set(stampMillis - millis(nowNanos));
    }

    /** Notes a stamp that this node made as leader, or any in its log, seen at {@code nowNanos}. */
    void observe(long stampMillis, long nowNanos) {
        offsetMillis.accumulateAndGet(stampMillis - millis(nowNanos), Math::max);
    }

    /** Log time at {@code nowNanos}, in milliseconds. */
    long millisAt(long nowNanos) {
        return millis(nowNanos) + offsetMillis.get();
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }
}
