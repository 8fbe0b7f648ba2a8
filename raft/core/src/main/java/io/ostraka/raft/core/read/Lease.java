package io.ostraka.raft.core.read;

import io.ostraka.raft.core.RawNode;

/**
 * The time in which no other leader can have been elected, as followers stick to a leader that they heard from.
 *
 * <p>It counts from when a round began that a majority answered, never from the answers; it is shorter than stickiness
 * by what clocks may differ; it never moves backwards. Once the leader has asked another replica to stand for election,
 * which is exempt from stickiness, there is none for the rest of the term.
 */
public final class Lease {

    private final long lengthNanos;
    private long untilNanos = RawNode.NO_LEASE;
    private boolean forfeited;

    /** A lease that is earned anew with every round. */
    public Lease(long lengthNanos) {
        this.lengthNanos = lengthNanos;
    }

    /** A majority has answered a round that began then. */
    public void earned(long roundStartNanos) {
        if (!forfeited) {
            untilNanos = Math.max(untilNanos, roundStartNanos + lengthNanos);
        }
    }

    /** Gives the lease up for now: a quiet leader holds none. */
    public void drop() {
        untilNanos = RawNode.NO_LEASE;
    }

    /** Gives the lease up for the rest of the term. */
    public void forfeit() {
        forfeited = true;
        untilNanos = RawNode.NO_LEASE;
    }

    /** Until when it holds, {@link RawNode#NO_LEASE} if there is none. */
    public long untilNanos() {
        return untilNanos;
    }

    /** Whether it holds at a time. */
    public boolean holdsAt(long nanos) {
        return nanos < untilNanos;
    }
}
