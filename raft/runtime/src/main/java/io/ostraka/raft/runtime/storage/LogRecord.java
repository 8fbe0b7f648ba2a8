package io.ostraka.raft.runtime.storage;

import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.HardState;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a batch of the log is made of. */
sealed interface LogRecord {

    /**
     * Which replica a record is about, and when it was written in that replica's life.
     *
     * @param sequence its number; a copy keeps the number of the original
     * @param latest the replica's highest number when this record, or copy, was written
     */
    record Stamp(ReplicaId replica, long sequence, long latest) {}

    /** A record about one replica. */
    sealed interface OfReplica extends LogRecord {
        Stamp stamp();
    }

    /**
     * Entries, a hard state, or both.
     *
     * @param first the index of the first entry, 0 if there are none
     * @param last the index of the last entry, 0 if there are none
     * @param entries those that the reader asked for
     */
    record Appended(Stamp stamp, @Nullable HardState hardState, long first, long last, List<Entry> entries)
            implements OfReplica {
        static Appended of(Stamp stamp, @Nullable HardState hardState, List<Entry> entries) {
            return entries.isEmpty()
                    ? new Appended(stamp, hardState, 0, 0, entries)
                    : new Appended(
                            stamp,
                            hardState,
                            entries.getFirst().index(),
                            entries.getLast().index(),
                            entries);
        }

        boolean hasEntries() {
            return last != 0;
        }
    }

    /** The log of the replica begins anew after {@code base}. */
    record Restarted(Stamp stamp, LogPosition base) implements OfReplica {}

    /** Entries up to {@code upTo} are no longer needed. */
    record Released(Stamp stamp, LogPosition upTo) implements OfReplica {}

    /** The replica is gone. */
    record Removed(Stamp stamp) implements OfReplica {}

    /**
     * The first record of each segment.
     *
     * @param previousEnd the end of the segment before it: what that has beyond is no part of the log
     * @param roster every replica as of this point
     */
    record SegmentStart(LogPoint previousEnd, List<RosterEntry> roster) implements LogRecord {}

    /** Every replica as of this point, written at a clean stop. */
    record Roster(List<RosterEntry> roster) implements LogRecord {}

    /**
     * One replica as of the place where this stands.
     *
     * @param latest its highest sequence number
     * @param life whether it is live, removed or damaged
     * @param damage what is damaged, empty unless it is
     * @param lastIndex the index of its last entry, or of its base
     */
    record RosterEntry(
            ReplicaId replica,
            long latest,
            Life life,
            String damage,
            @Nullable HardState hardState,
            LogPosition base,
            long lastIndex) {}

    /** In which state a replica of the roster is. */
    enum Life {
        LIVE,
        REMOVED,
        DAMAGED
    }
}
