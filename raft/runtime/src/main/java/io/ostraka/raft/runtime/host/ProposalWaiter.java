package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.LogPosition;

/**
 * A proposal that waits for what becomes of the entry at {@code index} in {@code term}.
 *
 * @param index the index that its entry got
 * @param term the term of its entry
 * @param callback who waits
 * @param <R> what applying one command answers
 */
public record ProposalWaiter<R>(long index, long term, ProposalCallback<R> callback) {

    /** Returns index and term. */
    public LogPosition position() {
        return new LogPosition(index, term);
    }
}
