package io.ostraka.raft.runtime.storage;

import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.HardState;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something that a replica asks of the shared log. The writes of one replica take effect in the order of submission.
 */
public sealed interface LogWrite {

    /** Returns the replica that it is about. */
    ReplicaId replica();

    /**
     * Appends entries and changes the hard state, in one step.
     *
     * @param persistId the asker's own number for it, handed back with the completion and not stored
     * @param hardState the new hard state, or null to keep the old one
     * @param entries consecutive; the first overwrites what is at its index and everything above
     */
    record Append(
            ReplicaId replica, long persistId, @Nullable HardState hardState, List<Entry> entries) implements LogWrite {
        public Append {
            entries = List.copyOf(entries);
        }
    }

    /**
     * Begins the replica's log anew after {@code base} and forgets all its entries: the first write of a new replica
     * (at index 0), or after a snapshot up to {@code base} became durable in the store. The hard state stays.
     */
    record Restart(ReplicaId replica, LogPosition base) implements LogWrite {}

    /**
     * Gives back all entries up to {@code upTo}, which a completed flush of the store has made unnecessary. Never
     * forced alone: lost in a crash, it is only asked for again.
     */
    record Release(ReplicaId replica, LogPosition upTo) implements LogWrite {}

    /** Forgets the replica. Its id must never be used for another one. */
    record Remove(ReplicaId replica) implements LogWrite {}
}
