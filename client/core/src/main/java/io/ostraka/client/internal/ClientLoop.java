package io.ostraka.client.internal;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * The client's one thread. It runs what was posted, in order, lets {@link Work} send what has gathered, and sleeps
 * until the next post or the next time something is due.
 */
final class ClientLoop {

    private static final int POSTS_BETWEEN_FLUSHES_MAX = 1_024;

    /** What the loop drives, on its thread. */
    interface Work {
        /** Sends what the posts before have left to send. */
        void flush();

        /** Does what is due. */
        void tick(long nowNanos);

        /** When {@link #tick} is due. */
        long nextTickNanos();

        /** Something threw that never should: ends all that is under way. */
        void broke(Throwable error);
    }

    /** The loop's thread; blocking calls refuse to run on it. */
    static final class LoopThread extends Thread {
        LoopThread(Runnable body) {
            super(body, "ostraka-client");
            setDaemon(true);
        }
    }

    private final Queue<Runnable> posts = new ConcurrentLinkedQueue<>();
    private final LongSupplier clock;
    private final Work work;
    private final Thread thread = new LoopThread(this::run);
    private volatile boolean asleep;
    private volatile boolean stopped;

    ClientLoop(LongSupplier clock, Work work) {
        this.clock = clock;
        this.work = work;
    }

    void start() {
        thread.start();
    }

    /** Runs this on the loop's thread, soon. */
    void post(Runnable event) {
        posts.add(event);
        wake();
    }

    boolean isOwnThread() {
        return Thread.currentThread() == thread;
    }

    /** Ends the thread once it has run what was posted. */
    void stop() {
        stopped = true;
        wake();
    }

    private void wake() {
        if (asleep) {
            asleep = false;
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        boolean more = true;
        while (more) {
            try {
                more = turn();
            } catch (RuntimeException | Error e) {
                work.broke(e);
            }
        }
    }

    /** Runs what was posted and what is due, then sleeps if there is no more. Returns whether to go on. */
    private boolean turn() {
        int ran = 0;
        for (Runnable post = posts.poll(); post != null; post = posts.poll()) {
            post.run();
            if (++ran == POSTS_BETWEEN_FLUSHES_MAX) {
                break;
            }
        }
        work.flush();
        long now = clock.getAsLong();
        if (now >= work.nextTickNanos()) {
            work.tick(now);
            work.flush();
        }
        if (!posts.isEmpty()) {
            return true;
        }
        if (stopped) {
            return false;
        }
        sleep();
        return true;
    }

    private void sleep() {
        asleep = true;
        if (posts.isEmpty() && !stopped) {
            long due = work.nextTickNanos();
            if (due == Long.MAX_VALUE) {
                LockSupport.park(this);
            } else {
                long left = due - clock.getAsLong();
                if (left > 0) {
                    LockSupport.parkNanos(this, left);
                }
            }
        }
        asleep = false;
    }
}
