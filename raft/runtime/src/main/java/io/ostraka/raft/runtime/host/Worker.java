package io.ostraka.raft.runtime.host;

import java.util.concurrent.Executor;

/** A thread that does what is put to it, one after the other and in order. Safe for any thread. */
public interface Worker extends Executor {

    /** Has the thread do {@code work}; does not block. */
    @Override
    void execute(Runnable work);

    /** Stops the thread after what has been put so far, and waits for that unless the caller is that thread. */
    void close() throws InterruptedException;
}
