package io.ostraka.raft.runtime.host;

/**
 * The thread that a Raft loop lives on. In production it is one of the network's own, so that a message meets its
 * replica, and the answer the network, without a change of threads. Safe for any thread.
 */
public interface LoopThread {

    /** Runs {@code work} soon, after what was given before. */
    void execute(Runnable work);

    /** Runs {@code work} again and again with that pause between, until told to stop. */
    Repetition every(long pauseNanos, Runnable work);

    /** Whether the caller is this thread. */
    boolean isCurrent();

    /** Work that is repeated. */
    @FunctionalInterface
    interface Repetition {

        /** Lets no further run begin. */
        void stop();
    }
}
