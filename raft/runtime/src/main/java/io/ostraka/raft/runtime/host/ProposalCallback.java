package io.ostraka.raft.runtime.host;

/**
 * Takes the outcome of one proposal. Called exactly once, from the apply thread or a Raft loop; must neither block nor
 * throw.
 *
 * @param <R> what applying one command answers
 */
@FunctionalInterface
public interface ProposalCallback<R> {

    /** Tells the outcome. */
    void completed(ProposalResult<R> outcome);
}
