package io.ostraka.raft.runtime.statemachine;

import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.membership.Membership;
import org.jspecify.annotations.Nullable;

/**
 * A pinned view of a state, read in chunks. Used by one thread at a time, not necessarily the one that opened it. The
 * same sequence always gives the same bytes, so that a transfer resumes where it broke off.
 */
public interface SnapshotReader extends AutoCloseable {

    /** Returns the last entry that the view contains. */
    LogPosition position();

    /** Returns the membership in force at {@link #position}. */
    Membership membership();

    /**
     * Returns the chunk at {@code sequence}, which is any so far read or the next; null past the last. May read a disk.
     */
    @Nullable
    SnapshotChunk read(long sequence);

    /** Gives the pinned view back. */
    @Override
    void close();
}
