package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.LogPosition;

/**
 * What became of a proposal: a verdict where there is one, and otherwise the plain word that nobody knows.
 *
 * @param <R> what applying one command answers
 */
public sealed interface ProposalResult<R> {

    /**
     * Committed and applied.
     *
     * @param position where it stands in the log
     * @param result what the state machine answered
     */
    record Applied<R>(LogPosition position, R result) implements ProposalResult<R> {}

    /**
     * Never proposed, and therefore never applied.
     *
     * @param refusal why
     */
    record Refused<R>(Refusal refusal) implements ProposalResult<R> {}

    /**
     * Proposed, and then lost from sight (leadership went, another entry took its place, or the host closed): it may
     * have been applied, may yet be, or never.
     */
    record Unknown<R>() implements ProposalResult<R> {}
}
