package io.ostraka.raft.core.replication;

import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.PeerStatus;
import io.ostraka.raft.core.PeerStatus.Replication;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.log.RaftLog;

/**
 * What a leader knows of one follower in its term: how far the follower's log matches, what to send next, and when it
 * was last heard of.
 *
 * <p>{@code match} never falls, and {@code next} never falls to it: late, doubled or reordered answers change nothing
 * (figure 2, {@code matchIndex} and {@code nextIndex}). A follower starts in {@code PROBE}, one message at a time,
 * until the logs are known to agree; in {@code REPLICATE} appends are pipelined within a window; in {@code SNAPSHOT}
 * appends wait, because the log no longer reaches back to what it needs.
 */
public final class Progress {

    private final ReplicaId peer;
    private final Inflights inflights = new Inflights();
    private Replication mode = Replication.PROBE;
    private long match;
    private long next;
    private boolean probing;
    private long lastSentNanos;
    private long lastContactNanos;
    private long confirmedRound;
    private boolean quarantined;
    private long quarantineToldNanos;

    /** A follower of which nothing is known but that it was there a moment ago. */
    public Progress(ReplicaId peer, long next, long nowNanos) {
        this.peer = peer;
        this.next = next;
        this.lastSentNanos = nowNanos;
        this.lastContactNanos = nowNanos;
    }

    /** The follower. */
    public ReplicaId peer() {
        return peer;
    }

    /** Up to where its durable log is known to equal the leader's. */
    public long match() {
        return match;
    }

    /** When it was last heard of. */
    public long lastContactNanos() {
        return lastContactNanos;
    }

    /** The latest round that it answered. */
    public long confirmedRound() {
        return confirmedRound;
    }

    /** Whether it has everything up to an index; how the next entry would reach it does not matter. */
    public boolean isCaughtUp(long lastIndex) {
        return match == lastIndex;
    }

    /** Notes a sign of life; one that is older than the last changes nothing. */
    public void heard(long nanos) {
        lastContactNanos = Math.max(lastContactNanos, nanos);
    }

    /** Notes that it asked for a snapshot because its state is not to be trusted. */
    public void quarantined(long nowNanos) {
        quarantined = true;
        quarantineToldNanos = nowNanos;
    }

    /** Notes that it has said nothing of a quarantine for so long that it must be over. */
    public void expireQuarantine(long nowNanos, long patienceNanos) {
        quarantined &= nowNanos - quarantineToldNanos < patienceNanos;
    }

    /** Whether it may not lead. */
    public boolean isQuarantined() {
        return quarantined;
    }

    /** Notes the answer to a round. */
    public void confirmed(long round) {
        confirmedRound = Math.max(confirmedRound, round);
    }

    /** Notes that its log matches up to an index. */
    public void matched(long index, RaftLog log) {
        if (index > match) {
            match = index;
            next = Math.max(next, match + 1);
            inflights.arrived(match);
        }
        boolean probeAnswered = mode == Replication.PROBE && index >= next - 1;
        boolean caughtByLog =
                mode == Replication.SNAPSHOT && match >= log.base().index();
        if (probeAnswered || caughtByLog) {
            mode = Replication.REPLICATE;
            next = match + 1;
            probing = false;
            inflights.clear();
        }
    }

    /**
     * Notes that its log has no entry at a request's {@code prev}, and steps back to the last position that both logs
     * may have. An answer to anything but the latest probe, or one that contradicts what already matched, is late.
     */
    public void conflicted(long rejectedIndex, LogPosition hint, RaftLog log) {
        boolean late = switch (mode) {
            case PROBE -> rejectedIndex != next - 1;
            case REPLICATE -> rejectedIndex <= match || rejectedIndex >= next;
            case SNAPSHOT -> true;
        };
        if (late) {
            return;
        }
        long below = Math.min(hint.index(), rejectedIndex - 1);
        long back = below < log.base().index()
                ? below
                : log.lastAtOrBelow(below, hint.term()).index();
        // Where even the base's term is above the hint's, nothing that is left in this log can match.
        if (back >= log.base().index() && log.termAt(back) > hint.term()) {
            back = log.base().index() - 1;
        }
        probeFrom(Math.max(match, back) + 1);
    }

    /** Notes that messages to it were probably lost. */
    public void unreachable() {
        if (mode == Replication.REPLICATE) {
            probeFrom(match + 1);
            probing = true;
        }
    }

    /** Takes for lost whatever is on its way. */
    public void restart() {
        probeFrom(match + 1);
    }

    /** Notes that a snapshot was sent, or could not be. */
    public void snapshotSent(long snapshotIndex, boolean ok) {
        if (mode == Replication.SNAPSHOT) {
            probeFrom(ok ? Math.max(match, snapshotIndex) + 1 : match + 1);
            probing = !ok;
        }
    }

    /** Lets a probe be repeated that had no answer for an interval; its follower was just heard of. */
    public void retryProbe(long nowNanos, long intervalNanos) {
        if (mode == Replication.PROBE && nowNanos - lastSentNanos >= intervalNanos) {
            probing = false;
        }
    }

    /** Whether all was sent but not all acknowledged for an interval, although this follower was just heard of. */
    public boolean isStalled(long lastIndex, long nowNanos, long intervalNanos) {
        boolean unanswered = switch (mode) {
            case PROBE -> next > lastIndex && match < lastIndex;
            case REPLICATE -> next > match + 1;
            case SNAPSHOT -> false;
        };
        return unanswered && nowNanos - lastSentNanos >= intervalNanos;
    }

    /** Whether an append may be sent now, with entries of which the first is {@link #next}. */
    public boolean maySend(long lastIndex, long entriesMax, long bytesMax) {
        return switch (mode) {
            case PROBE -> !probing && next <= lastIndex;
            case REPLICATE -> next <= lastIndex && inflights.entries() < entriesMax && inflights.bytes() < bytesMax;
            case SNAPSHOT -> false;
        };
    }

    /** How many more entries the window holds. */
    public long entriesLeft(long entriesMax) {
        return entriesMax - inflights.entries();
    }

    /** The index of the next entry to send. */
    public long next() {
        return next;
    }

    /** Notes an append that was sent. */
    public void sent(int count, long bytes, long nowNanos) {
        lastSentNanos = nowNanos;
        if (mode == Replication.PROBE) {
            probing = true;
        } else if (count > 0) {
            next += count;
            inflights.add(next - 1, count, bytes);
        }
    }

    /** Notes that a snapshot is needed. */
    public void needsSnapshot(long nowNanos) {
        mode = Replication.SNAPSHOT;
        inflights.clear();
        lastSentNanos = nowNanos;
    }

    /** All of this for operators and tests. */
    public PeerStatus status() {
        return new PeerStatus(peer, match, next, mode, inflights.bytes(), lastContactNanos, quarantined);
    }

    private void probeFrom(long index) {
        mode = Replication.PROBE;
        next = index;
        probing = false;
        inflights.clear();
    }
}
