package io.ostraka.raft.runtime.host;

import io.ostraka.raft.runtime.storage.FatalListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What drives a share of the replicas, on a {@link LoopThread}. A turn takes what has come in and ends the turn of each
 * replica that was touched; a tick does that too before it lets time pass, so that a heartbeat that waits in the queue
 * is seen before the timer that it stops. The loop touches no disk and waits for nothing.
 */
final class RaftLoop {

    private static final Logger log = LoggerFactory.getLogger(RaftLoop.class);

    /** How much is taken before replicas get their turn's end, so that a flood cannot hold back the ticks. */
    private static final int EVENTS_MAX = 8192;

    private final LoopThread thread;
    private final Clock clock;
    private final Ticker ticker;
    private final FatalListener fatal;
    private final Queue<Runnable> events = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean turnIsDue = new AtomicBoolean();
    private final List<HostedGroup<?>> groups = new ArrayList<>();
    private final List<HostedGroup<?>> touched = new ArrayList<>();
    private final AtomicLong queuedBytes = new AtomicLong();
    private LoopThread.@Nullable Repetition ticks;

    /** What the host does beside what the loop does for its replicas. */
    interface Ticker {

        /** Lets time pass for the node as a whole. */
        void tick(RaftLoop loop, long nowNanos);

        /** Sends what the replicas have queued in this turn. */
        void turnEnded();
    }

    RaftLoop(LoopThread thread, Clock clock, Ticker ticker, FatalListener fatal) {
        this.thread = thread;
        this.clock = clock;
        this.ticker = ticker;
        this.fatal = fatal;
    }

    /** Begins to let time pass. */
    void start(long tickNanos) {
        ticks = thread.every(tickNanos, () -> orEnd(this::tick));
    }

    /**
     * Has the loop run {@code work}; any thread. Whoever comes first asks for the turn that takes what all have put.
     */
    void execute(Runnable work) {
        events.add(work);
        askForTurn();
    }

    private void askForTurn() {
        if (!turnIsDue.get() && turnIsDue.compareAndSet(false, true)) {
            thread.execute(() -> orEnd(this::turn));
        }
    }

    /** Whether the caller is this loop's thread. */
    boolean isCurrent() {
        return thread.isCurrent();
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

    /** Notes that a replica's turn has begun; on the loop. */
    void touch(HostedGroup<?> group) {
        touched.add(group);
    }

    /** Ends the ticks after what has been put so far, and waits for that. What comes later is still run. */
    void close() throws InterruptedException {
        CountDownLatch closed = new CountDownLatch(1);
        execute(() -> {
            LoopThread.Repetition running = ticks;
            if (running != null) {
                running.stop();
            }
            closed.countDown();
        });
        if (!isCurrent()) {
            closed.await();
        }
    }

    private void turn() {
        // Before the queue is looked at: who puts after that look asks for another turn.
        turnIsDue.set(false);
        drain();
        endTurns();
        if (!events.isEmpty()) {
            askForTurn();
        }
    }

    private void drain() {
        for (int i = 0; i < EVENTS_MAX; i++) {
            Runnable work = events.poll();
            if (work == null) {
                return;
            }
            guarded(work);
        }
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

    private void tick() {
        drain();
        endTurns();
        long now = clock.nanoTime();
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

    private void orEnd(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error broken) {
            fatal.fatal(broken);
        }
    }
}
