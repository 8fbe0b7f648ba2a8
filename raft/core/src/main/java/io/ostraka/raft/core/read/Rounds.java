package io.ostraka.raft.core.read;

import java.util.ArrayDeque;

/**
 * The rounds of one leader's term: numbered heartbeats to everyone, of which a majority's answers prove that the leader
 * led when the round began.
 *
 * <p>Numbers are fresh for every attempt and answers echo them, so an answer to an earlier attempt never passes for one
 * to a later.
 */
public final class Rounds {

    private record Started(long round, long nanos) {}

    private final ArrayDeque<Started> unconfirmed = new ArrayDeque<>();
    private long latest;
    private long confirmed;
    private long confirmedStartNanos;

    /** Begins a round; its messages are sent in the same step. */
    public long start(long nowNanos) {
        latest++;
        unconfirmed.addLast(new Started(latest, nowNanos));
        return latest;
    }

    /** Notes that a majority has answered a round, and with it every earlier one. */
    public void confirm(long round) {
        while (!unconfirmed.isEmpty() && unconfirmed.getFirst().round() <= round) {
            Started started = unconfirmed.removeFirst();
            confirmed = started.round();
            confirmedStartNanos = started.nanos();
        }
    }

    /** The round that began last, 0 before the first. */
    public long latest() {
        return latest;
    }

    /** The latest round that a majority has answered, 0 before the first. */
    public long confirmed() {
        return confirmed;
    }

    /** When the latest confirmed round began; without meaning before the first. */
    public long confirmedStartNanos() {
        return confirmedStartNanos;
    }

    /** Whether answers to a round are still awaited. */
    public boolean isOneUnderWay() {
        return confirmed < latest;
    }
}
