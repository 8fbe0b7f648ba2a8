package io.ostraka.raft.core;

import io.ostraka.raft.core.message.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a host must do after a step, as values. Lists are immutable and empty where there is nothing.
 *
 * <p>The order that matters: {@code append} and {@code hardState} are handed to the log in the order of the steps;
 * {@code sendNow} may leave at once; {@code sendAfterPersist} leaves only once everything up to and including
 * {@code persistId} is durable, which may already be so, and not at all if the replica has entered a later term than
 * the message's by then. The host then says {@link io.ostraka.raft.core.input.Persisted}.
 *
 * @param persistId the number of this step's write if it has one ({@link #hasWrite}), else of the latest before it, 0
 *     if there was none; grows by one with each write
 * @param hardState term, vote and commit to save, if they are to be saved
 * @param append entries to append; the first overwrites the log's suffix from its index
 * @param mustSync whether the write holds anything that must be forced
 * @param sendNow messages that may leave at once
 * @param sendAfterPersist messages that speak of what this and earlier writes make durable
 * @param committed entries to apply, contiguous with those emitted before
 * @param proposals what became of proposals
 * @param reads what became of reads
 * @param snapshots followers that need a snapshot
 * @param snapshotVerdict the answer to a snapshot that was offered or installed
 * @param roleChange the new role, term and leader if any of them changed
 */
public record Effects(
        long persistId,
        @Nullable HardState hardState,
        List<Entry> append,
        boolean mustSync,
        List<Message> sendNow,
        List<Message> sendAfterPersist,
        List<Entry> committed,
        List<ProposalOutcome> proposals,
        List<ReadOutcome> reads,
        List<SnapshotNeeded> snapshots,
        @Nullable SnapshotVerdict snapshotVerdict,
        @Nullable RoleChange roleChange) {

    /** Nothing to do. */
    public static final Effects EMPTY = new Effects(
            0, null, List.of(), false, List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), null, null);

    /** Whether there is anything to write. */
    public boolean hasWrite() {
        return hardState != null || !append.isEmpty();
    }
}
