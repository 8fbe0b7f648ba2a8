package io.ostraka.raft.runtime.host;

import io.ostraka.raft.runtime.storage.FatalListener;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that drives a share of the replicas. A turn takes what has come in, ends the turn of each replica that was
 * touched, and lets time pass if a tick is due; what has come in goes first, so that a heartbeat that waits in the
 * queue is seen before the timer that it stops. The loop touches no disk and waits for nothing but its own queue.
 */
final class RaftLoop {

    private static final Logger log = LoggerFactory.getLogger(RaftLoop.class);

    /** How much is taken before replicas get their turn's end, so that a flood cannot hold back the ticks. */
    private static final int EVENTS_MAX = 8192;

    private final Mailbox mailbox = new Mailbox();
    private final Clock clock;
    private final long tickNanos;
    private final Ticker ticker;
    private final Thread thread;
    private final List<HostedGroup<?>> groups = new ArrayList<>();
    private final List<HostedGroup<?>> touched = new ArrayList<>();
    private final AtomicLong queuedBytes = new AtomicLong();
    private volatile boolean closed;

    /** What the host does beside what the loop does for its replicas. */
    interface Ticker {

        /** Lets time pass for the node as a whole. */
        void tick(RaftLoop loop, long nowNanos);

        /** Sends what the replicas have queued in this turn. */
        void turnEnded();
    }

    RaftLoop(String name, Clock clock, long tickNanos, Ticker ticker, FatalListener fatal) {
        this.clock = clock;
        this.tickNanos = tickNanos;
        this.ticker = ticker;
        this.thread = new Thread(this::run, name);
        thread.setUncaughtExceptionHandler((dead, cause) -> fatal.fatal(cause));
    }

    void start() {
        thread.start();
    }

    /** Has the loop run {@code work}; any thread. */
    void execute(Runnable work) {
        mailbox.put(work);
    }

    /** Whether the caller is this loop's thread. */
    boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    /** Returns the bytes of commands that wait to be proposed; any thread. */
    AtomicLong queuedBytes() {
        return queuedBytes;
    }

    /** Returns the time; any thread. */
    long now() {
        return clock.nanoTime();
    }

    /** Takes a replica in; on the loop. */
    void add(HostedGroup<?> group) {
        groups.add(group);
    }

    /** Lets a replica go; on the loop. */
    void remove(HostedGroup<?> group) {
        groups.remove(group);
        touched.remove(group);
    }

    /** Returns the replicas of this loop; on the loop. */
    List<HostedGroup<?>> groups() {
        return groups;
    }

    /** Notes that a replica's turn has begun; on the loop. */
    void touch(HostedGroup<?> group) {
        touched.add(group);
    }

    /** Stops the loop after what has been put so far, and waits for it. */
    void close() throws InterruptedException {
        mailbox.put(() -> closed = true);
        if (!isCurrent()) {
            thread.join();
        }
    }

    private void run() {
        long nextTick = clock.nanoTime() + tickNanos;
        while (!closed) {
            boolean drained = drain();
            endTurns();
            long now = clock.nanoTime();
            if (now - nextTick >= 0) {
                tick(now);
                nextTick = now + tickNanos;
            }
            if (drained) {
                mailbox.await(nextTick - clock.nanoTime());
            }
        }
        // Requests that came in while the loop was closing are refused, not forgotten.
        drain();
    }

    private boolean drain() {
        for (int i = 0; i < EVENTS_MAX; i++) {
            Runnable work = mailbox.poll();
            if (work == null) {
                return true;
            }
            guarded(work);
        }
        return false;
    }

    private void endTurns() {
        if (touched.isEmpty()) {
            return;
        }
        long now = clock.nanoTime();
        for (HostedGroup<?> group : touched) {
            guarded(() -> group.endTurn(now));
        }
        touched.clear();
        ticker.turnEnded();
    }

    private void tick(long now) {
        for (HostedGroup<?> group : List.copyOf(groups)) {
            guarded(() -> group.tick(now));
        }
        guarded(() -> ticker.tick(this, now));
        endTurns();
        ticker.turnEnded();
    }

    /**
     * A replica's own failures stop that replica before they get here; whatever does get here must not stop the loop.
     */
    private static void guarded(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            log.error("an event on the Raft loop failed; the loop goes on", e);
        }
    }
}
