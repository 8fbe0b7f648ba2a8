package io.ostraka.client.internal;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs what was posted, in order, lets {@link Work} send what has gathered, and comes back when something is due. It
 * lives on the thread of the client's connections, so that neither a call nor its answer changes threads on its way
 * between them.
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

    private final ClientNetwork.LoopThread thread;
    private final LongSupplier clock;
    private final Work work;
    private final Queue<Runnable> posts = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean turnIsDue = new AtomicBoolean();
    private ClientNetwork.@Nullable Alarm alarm;
    private long alarmNanos = Long.MAX_VALUE;

    /** A loop on this thread, which whoever made it ends; what is posted later is not run. */
    ClientLoop(ClientNetwork.LoopThread thread, LongSupplier clock, Work work) {
        this.thread = thread;
        this.clock = clock;
        this.work = work;
    }

    /** Runs this on the loop's thread, soon; from any thread. */
    void post(Runnable event) {
        posts.add(event);
        askForTurn();
    }

    boolean isOwnThread() {
        return thread.isCurrent();
    }

    private void askForTurn() {
        if (!turnIsDue.get() && turnIsDue.compareAndSet(false, true)) {
            thread.execute(this::turn);
        }
    }

    private void turn() {
        // Before the posts are looked at: who posts after that look asks for another turn.
        turnIsDue.set(false);
        try {
            runPosts();
            work.flush();
            long now = clock.getAsLong();
            if (now >= work.nextTickNanos()) {
                work.tick(now);
                work.flush();
            }
        } catch (RuntimeException | Error e) {
            work.broke(e);
        }
        if (!posts.isEmpty()) {
            askForTurn();
        }
        setAlarm();
    }

    private void runPosts() {
        for (int ran = 0; ran < POSTS_BETWEEN_FLUSHES_MAX; ran++) {
            Runnable post = posts.poll();
            if (post == null) {
                return;
            }
            post.run();
        }
    }

    /** One that rings too early is left alone, since calls come and go much faster than anything is due. */
    private void setAlarm() {
        long due = work.nextTickNanos();
        if (due >= alarmNanos || thread.isClosing()) {
            return;
        }
        if (alarm != null) {
            alarm.cancel();
        }
        alarmNanos = due;
        alarm = thread.schedule(this::ring, Math.max(0, due - clock.getAsLong()));
    }

    private void ring() {
        alarmNanos = Long.MAX_VALUE;
        turn();
    }
}
