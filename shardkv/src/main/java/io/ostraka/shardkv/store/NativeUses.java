package io.ostraka.shardkv.store;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps a native object alive while it is used, and nobody from using it afterwards: the object may be freed once
 * {@link #closeAndAwait} returned true. The count's lowest bit says closed; each use adds two.
 */
final class NativeUses {

    private static final int CLOSED = 1;
    private static final int USE = 2;

    private final AtomicInteger state = new AtomicInteger();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();

    /** Begins a use; {@link #end} must follow. */
    void begin() {
        if ((state.getAndAdd(USE) & CLOSED) != 0) {
            end();
            throw new StoreException("the store is closed; its replicas must be opened again");
        }
    }

    /** Ends a use. */
    void end() {
        if (state.addAndGet(-USE) == CLOSED) {
            lock.lock();
            try {
                idle.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Lets no further use begin; false if some had not ended within {@code patience}, or if interrupted. */
    boolean closeAndAwait(Duration patience) {
        state.updateAndGet(old -> old | CLOSED);
        long left = patience.toNanos();
        lock.lock();
        try {
            while (state.get() != CLOSED) {
                if (left <= 0) {
                    return false;
                }
                left = idle.awaitNanos(left);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }
}
