package io.ostraka.client.internal;

import io.grpc.Deadline;
import io.grpc.ManagedChannel;

/**
 * The connections of one client and the one thread that they and the client live on: the port through which a client
 * reaches the world. Safe for any thread.
 */
public interface ClientNetwork extends AutoCloseable {

    /** A channel to this address of the cluster, not yet connected. The caller shuts it down. */
    ManagedChannel open(String address);

    /** When a call ends that may take so long from now on. */
    Deadline deadlineAfter(long millis);

    /** The thread of all connections, on which the client's own work is done, too. */
    LoopThread thread();

    /** Ends the thread; channels still open die with it. */
    @Override
    void close();

    /** A thread that does what it is given, in order. Safe for any thread. */
    interface LoopThread {

        /** Has the thread do {@code work} soon; dropped once the network is closed. */
        void execute(Runnable work);

        /** Has the thread do {@code work} after a delay, unless that is taken back before. */
        Alarm schedule(Runnable work, long delayNanos);

        /** Whether the caller is this thread. */
        boolean isCurrent();

        /** Whether the network is closed, or is being closed. */
        boolean isClosing();
    }

    /** Work that waits for its time. */
    @FunctionalInterface
    interface Alarm {

        /** Takes it back, if it has not begun. */
        void cancel();
    }
}
