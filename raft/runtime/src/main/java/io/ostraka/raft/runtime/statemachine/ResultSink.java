package io.ostraka.raft.runtime.statemachine;

/**
 * Where a state machine puts the answers of the commands that it applies.
 *
 * @param <R> what applying one command answers
 */
@FunctionalInterface
public interface ResultSink<R> {

    /**
     * Answers the command at {@code index}, once, in the thread that applies; an answer that nobody waits for is
     * dropped.
     */
    void result(long index, R result);
}
