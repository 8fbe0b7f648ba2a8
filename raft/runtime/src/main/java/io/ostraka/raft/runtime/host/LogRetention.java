package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.PeerStatus;
import io.ostraka.raft.core.RaftStatus;
import io.ostraka.raft.core.ReplicaId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides how much of a replica's log is given back. Never anything that the store has not flushed; of the rest, what a
 * follower still lacks is kept within a cap, and a short tail in any case, so that a follower that was away for a
 * moment needs no snapshot, whoever leads by then.
 *
 * <p>For a follower that gets a snapshot, the log from the snapshot's position on is kept within another, larger cap:
 * while the transfer runs or may go on where it broke off, and then until the follower has caught up so far that it is
 * one that merely lags. Otherwise a transfer that takes longer than the usual cap lasts would be followed by the next
 * one, and so on for ever.
 *
 * <p>Deterministic and single-threaded.
 */
public final class LogRetention {

    /** Which part of what may be kept is kept even if nobody is known to need it. */
    private static final long TAIL_DIVISOR = 8;

    private final LogFootprint footprint;
    private final NavigableMap<ReplicaId, Transfer> transfers = new TreeMap<>();
    private LogPosition durable;

    /** A follower that needs the log after the position of a snapshot, which it has installed or not yet. */
    private record Transfer(long fromIndex, boolean installed) {}

    /**
     * Begins with what a restart found.
     *
     * @param base where the log begins
     * @param entries the log
     * @param durable up to where the store is durable, at or past {@code base}
     */
    public LogRetention(LogPosition base, List<Entry> entries, LogPosition durable) {
        this(new LogFootprint(base), entries, durable);
    }

    /** Begins the same, with a log that can be cut every {@code stepBytes}: for simulations, whose logs are short. */
    public static LogRetention cutFinely(LogPosition base, List<Entry> entries, LogPosition durable, long stepBytes) {
        return new LogRetention(new LogFootprint(base, stepBytes), entries, durable);
    }

    private LogRetention(LogFootprint footprint, List<Entry> entries, LogPosition durable) {
        this.footprint = footprint;
        this.footprint.append(entries);
        this.durable = durable;
    }

    /** Notes entries that overwrite the log from the first one's index on. */
    void appended(List<Entry> entries) {
        footprint.append(entries);
    }

    /** Notes that the store is durable up to {@code position}. */
    void flushed(LogPosition position) {
        if (position.index() > durable.index()) {
            durable = position;
        }
    }

    /** Notes that the log was cut at {@code position}. */
    void released(LogPosition position) {
        footprint.release(position);
    }

    /** Notes that the log began anew after {@code base}, where the store is. */
    void restarted(LogPosition base) {
        footprint.restart(base);
        durable = base;
        transfers.clear();
    }

    /** Notes that {@code to} is getting a snapshot at {@code position} and will want the log after it. */
    void snapshotStarted(ReplicaId to, LogPosition position) {
        transfers.put(to, new Transfer(position.index(), false));
    }

    /** Notes that {@code to} has installed a snapshot at {@code position}. */
    void snapshotInstalled(ReplicaId to, LogPosition position) {
        transfers.put(to, new Transfer(position.index(), true));
    }

    /** Notes that the snapshot for {@code to} will not be sent any further, unless it was installed. */
    void snapshotDropped(ReplicaId to) {
        transfers.computeIfPresent(to, (peer, transfer) -> transfer.installed() ? transfer : null);
    }

    /** Whether log is kept for a follower that gets a snapshot, or catches up after one. */
    boolean keepsForTransfers() {
        return !transfers.isEmpty();
    }

    /** Returns the bytes of log that are in no completed flush. */
    long unflushedBytes() {
        return footprint.bytesAbove(durable.index());
    }

    /** Whether there is anything that could be given back. */
    boolean worthwhile() {
        return durable.index() > footprint.released().index();
    }

    /** Returns where to cut now, which is then taken as done, or null if nowhere. */
    @Nullable
    LogPosition cut(RaftStatus status, RetainedLog retained) {
        long unflushed = unflushedBytes();
        LogPosition cap = footprint.cutLeaving(unflushed + retained.bytesMax());
        LogPosition transferCap =
                footprint.cutLeaving(unflushed + Math.max(retained.bytesMax(), retained.transferBytesMax()));
        endTransfers(status, cap.index(), transferCap.index());

        long lacked = durable.index();
        long transferred = Long.MAX_VALUE;
        for (PeerStatus peer : status.peers()) {
            Transfer transfer = transfers.get(peer.peer());
            if (transfer == null) {
                lacked = Math.min(lacked, peer.matchIndex());
            } else {
                transferred = Math.min(transferred, Math.max(transfer.fromIndex(), peer.matchIndex()));
            }
        }
        LogPosition tail = footprint.cutLeaving(unflushed + retained.bytesMax() / TAIL_DIVISOR);
        LogPosition wanted = footprint.cutAtOrBelow(Math.min(lacked, tail.index()), durable);
        LogPosition cut = cap.index() > wanted.index() ? cap : wanted;
        if (cut.index() > transferred) {
            cut = footprint.cutAtOrBelow(transferred, durable);
        }
        if (cut.index() > durable.index()) {
            cut = durable;
        }
        if (cut.index() <= footprint.released().index()) {
            return null;
        }
        footprint.release(cut);
        return cut;
    }

    /**
     * Forgets who has caught up until within the usual cap, who needs more than the larger one allows, and everyone
     * once another replica leads.
     */
    private void endTransfers(RaftStatus status, long cap, long transferCap) {
        Map<ReplicaId, Long> matched = new HashMap<>();
        status.peers().forEach(peer -> matched.put(peer.peer(), peer.matchIndex()));
        transfers.entrySet().removeIf(entry -> {
            Transfer transfer = entry.getValue();
            Long match = matched.get(entry.getKey());
            if (match == null) {
                return true;
            }
            long from = Math.max(transfer.fromIndex(), match);
            return from < transferCap || (transfer.installed() && match >= Math.max(transfer.fromIndex(), cap));
        });
    }
}
