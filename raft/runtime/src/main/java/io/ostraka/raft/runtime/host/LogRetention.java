package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.PeerStatus;
import io.ostraka.raft.core.RaftStatus;
import io.ostraka.raft.core.ReplicaId;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides how much of a replica's log is given back. Never anything that the store has not flushed; of the rest, what a
 * follower still lacks is kept within a cap, and a short tail in any case, so that a follower that was away for a
 * moment needs no snapshot, whoever leads by then.
 *
 * <p>Deterministic and single-threaded.
 */
public final class LogRetention {

    /** Which part of what may be kept is kept even if nobody is known to need it. */
    private static final long TAIL_DIVISOR = 8;

    private final LogFootprint footprint;
    private final NavigableMap<ReplicaId, LogPosition> snapshots = new TreeMap<>();
    private LogPosition durable;

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
        snapshots.clear();
    }

    /** Notes that {@code to} is getting a snapshot at {@code position} and will want the log after it. */
    void snapshotStarted(ReplicaId to, LogPosition position) {
        snapshots.put(to, position);
    }

    /** Notes that {@code to} gets no snapshot any more. */
    void snapshotEnded(ReplicaId to) {
        snapshots.remove(to);
    }

    /** Returns the bytes of log that are in no completed flush. */
    long unflushedBytes() {
        return footprint.bytesAbove(durable.index());
    }

    /** Whether there is anything that could be given back. */
    boolean worthwhile() {
        return durable.index() > footprint.released().index();
    }

    /**
     * Returns where to cut now, which is then taken as done, or null if nowhere.
     *
     * @param retainedBytesMax how many flushed bytes may be kept for others
     */
    @Nullable
    LogPosition cut(RaftStatus status, long retainedBytesMax) {
        long needed = durable.index();
        for (PeerStatus peer : status.peers()) {
            LogPosition snapshot = snapshots.get(peer.peer());
            needed = Math.min(needed, snapshot == null ? peer.matchIndex() : snapshot.index());
        }
        long unflushed = unflushedBytes();
        LogPosition tail = footprint.cutLeaving(unflushed + retainedBytesMax / TAIL_DIVISOR);
        LogPosition cap = footprint.cutLeaving(unflushed + retainedBytesMax);
        LogPosition wanted = footprint.cutAtOrBelow(Math.min(needed, tail.index()), durable);
        LogPosition cut = cap.index() > wanted.index() ? cap : wanted;
        if (cut.index() > durable.index()) {
            cut = durable;
        }
        if (cut.index() <= footprint.released().index()) {
            return null;
        }
        footprint.release(cut);
        return cut;
    }
}
