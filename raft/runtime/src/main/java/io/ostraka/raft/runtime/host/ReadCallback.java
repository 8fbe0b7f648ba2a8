package io.ostraka.raft.runtime.host;

/**
 * Takes the outcome of one read request. Called exactly once, from the apply thread or a Raft loop; must neither block
 * nor throw.
 */
@FunctionalInterface
public interface ReadCallback {

    /** Tells the outcome. */
    void completed(ReadResult outcome);
}
