package io.ostraka.raft.runtime.statemachine;

import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.LogPosition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The replicated state of one group on one node.
 *
 * <p>Every method but {@link #flush} and {@link #durable} is called by the host's apply thread, one call at a time and
 * in index order. {@link #flush} and, after it, {@link #durable} are called by the flush thread while applies go on; an
 * implementation makes those two safe against the rest. After {@link #close} nothing is called.
 *
 * <p>What is applied is a function of the entries alone: no clock, no randomness, no iteration order of a hash map.
 *
 * @param <R> what applying one command answers to its proposer
 */
public interface StateMachine<R> extends AutoCloseable {

    /** Returns what would survive the loss of the process at this moment. Cheap: it reads no disk after the opening. */
    AppliedState durable();

    /**
     * Applies {@code entries}, whose indexes follow on what was applied before. Entries that are not commands come too:
     * they only move the applied index (and, for a membership, what {@link AppliedState#membership} says). Never throws
     * for what the bytes are; an exception means that the state can no longer be trusted, and stops the group.
     *
     * @param results takes the answer of each command, within this call
     */
    void apply(List<Entry> entries, ResultSink<R> results);

    /**
     * Returns where the state stood when it was found not to be trusted, which outlives a restart; null while it is
     * trusted. An {@link #apply} that finds it out takes nothing after the entry that told it; nothing more is applied,
     * and no snapshot is opened, until a snapshot at or past this position has become the state. Of any thread.
     */
    default @Nullable LogPosition quarantinedAt() {
        return null;
    }

    /** Tells who leads. See {@link LeadershipEvent} for the moment at which each case is delivered. */
    void leaderChanged(LeadershipEvent event);

    /**
     * Opens a pinned view of the state as it is now, to be sent to a peer. Neither copies the state nor stops writes.
     * The reader is used by another thread, and may outlive later applies.
     */
    SnapshotReader openSnapshot();

    /**
     * Begins to replace the whole state by a snapshot that arrives in chunks. Until {@link SnapshotWriter#commit} the
     * present state stays what it is, also over a crash; at most one installation is open at a time.
     */
    SnapshotWriter beginInstall(SnapshotHeader header);

    /** Makes durable what was applied before the call, which may block for long, and returns {@link #durable}. */
    AppliedState flush();

    /** Frees what the state machine holds; does not flush. */
    @Override
    void close();
}
