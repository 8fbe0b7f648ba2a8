package io.ostraka.raft.runtime.host;

import java.util.concurrent.Executor;

/**
 * A thread that does what is put to it, one after the other: at once, after a delay, or again and again. What it is
 * given must not throw. Safe for any thread; no method but {@link #close} blocks.
 */
public interface TimedWorker extends Executor {

    /** What becomes, at the end, of work whose time has come and that has not begun. */
    enum Ending {
        /** It is done. */
        DOES_WHAT_IS_DUE,
        /** It is dropped, as is all that waits for its time. */
        DROPS_ALL
    }

    /** Has the thread do {@code work} soon; dropped once this is closed. */
    @Override
    default void execute(Runnable work) {
        schedule(work, 0);
    }

    /** Has the thread do {@code work} after a delay; returns false, and drops it, once this is closed. */
    boolean schedule(Runnable work, long delayNanos);

    /** Has the thread do {@code work} again and again, with a pause before each time, until this is closed. */
    void repeat(Runnable work, long pauseNanos);

    /** Whether {@link #close} was called. */
    boolean isClosed();

    /** Takes nothing more, and waits for what is under way; returns whether that has ended in the time given. */
    boolean close(Ending ending, long patienceSeconds);
}
