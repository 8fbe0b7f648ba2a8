package io.ostraka.raft.runtime.host;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The queue of work of one thread: any thread puts, one takes. Putting wakes the taker only if it sleeps, so that a
 * busy thread costs its senders no system call.
 *
 * <p>The order of the two volatile accesses on each side is what makes a wake-up safe: the taker says that it sleeps
 * and then looks once more; a sender puts and then asks whether the taker sleeps. Whatever the interleaving, one of the
 * two sees the other.
 */
final class Mailbox {

    private final Queue<Runnable> queue = new ConcurrentLinkedQueue<>();
    private volatile boolean sleeping;
    private volatile @Nullable Thread taker;

    /** Puts work; never blocks. What bounds the queue are the bounds of those who put. */
    void put(Runnable work) {
        queue.add(work);
        if (sleeping) {
            LockSupport.unpark(taker);
        }
    }

    /** Takes the next work, or null. */
    @Nullable
    Runnable poll() {
        return queue.poll();
    }

    /** Waits until there is work, the given time has passed, or for no reason. Only the taker calls it. */
    void await(long nanos) {
        taker = Thread.currentThread();
        sleeping = true;
        if (queue.isEmpty() && nanos > 0) {
            LockSupport.parkNanos(this, nanos);
        }
        sleeping = false;
    }
}
