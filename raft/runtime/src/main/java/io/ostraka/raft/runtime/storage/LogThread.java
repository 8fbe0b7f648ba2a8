package io.ostraka.raft.runtime.storage;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The thread that owns the {@link SharedLog} in production. While one force runs, submissions gather; the next write
 * and force cover all of them. There is no timer and no added delay.
 *
 * <p>The first failure is final: the {@link FatalListener} is told, nothing is completed any more, and nothing is
 * retried.
 */
public final class LogThread implements LogStore, AutoCloseable {

    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private record Submission(LogWrite write, Completion completion) {}

    private final SharedLog log;
    private final LongSupplier nanoClock;
    private final LogObserver observer;
    private final FatalListener fatal;
    private final Worker worker = new Worker();
    private final Queue<Submission> waiting = new ConcurrentLinkedQueue<>();
    private final Queue<SegmentFiles.Preparation> prepared = new ConcurrentLinkedQueue<>();
    private volatile boolean asleep;
    private volatile boolean closing;
    private volatile boolean failed;
    private @Nullable Filler filler;
    private volatile long busySinceNanos = Long.MIN_VALUE;

    private LogThread(SharedLog log, LongSupplier nanoClock, LogObserver observer, FatalListener fatal) {
        this.log = log;
        this.nanoClock = nanoClock;
        this.observer = observer;
        this.fatal = fatal;
    }

    /**
     * Starts the thread, which takes over the log.
     *
     * @param nanoClock monotonic time, for the latencies that the observer is told
     */
    public static LogThread start(SharedLog log, LongSupplier nanoClock, LogObserver observer, FatalListener fatal) {
        LogThread thread = new LogThread(log, nanoClock, observer, fatal);
        thread.worker.start();
        return thread;
    }

    @Override
    public void submit(LogWrite write, Completion completion) {
        if (!failed) {
            waiting.add(new Submission(write, completion));
            wake();
        }
    }

    /**
     * The thread says that it sleeps and then looks once more; so whoever has put something wakes it, or it saw that.
     */
    private void wake() {
        if (asleep) {
            LockSupport.unpark(worker);
        }
    }

    /** Returns for how long the write that is under way has taken so far, 0 if none is; may be called by any thread. */
    public long currentLatencyNanos() {
        long since = busySinceNanos;
        return since == Long.MIN_VALUE ? 0 : Math.max(0, nanoClock.getAsLong() - since);
    }

    /**
     * Writes and completes everything that was submitted, marks the log as cleanly closed, and waits for its thread.
     */
    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(worker);
        join(worker);
    }

    /** Not interruptible: an interrupt during a call would close the log's file under it. */
    private final class Worker extends Thread {

        Worker() {
            super("ostraka-log");
            setDaemon(true);
        }

        @Override
        public void interrupt() {
            // Deliberately nothing: see the class comment.
        }

        @Override
        public void run() {
            try {
                while (step()) {
                    prepareSpare();
                }
                stopFiller();
                log.close();
            } catch (DiskException | RuntimeException | Error e) {
                stopTaking();
                fatal.fatal(e);
                stopFiller();
            }
        }
    }

    /** After a failure nothing is completed any more, so nothing need be kept. */
    private void stopTaking() {
        failed = true;
        waiting.clear();
    }

    private boolean step() throws DiskException {
        List<Submission> taken = take(IDLE_NANOS);
        if (taken.isEmpty()) {
            settle();
            taken = take(Long.MAX_VALUE);
        }
        if (!taken.isEmpty()) {
            persist(taken);
            return true;
        }
        return !closing || !waiting.isEmpty();
    }

    /** Takes everything that waits; if nothing does, waits for it, but not for longer than that. */
    private List<Submission> take(long patienceNanos) {
        if (isIdle()) {
            sleep(patienceNanos);
        }
        for (var spare = prepared.poll(); spare != null; spare = prepared.poll()) {
            log.prepared(spare);
        }
        List<Submission> taken = new ArrayList<>();
        for (Submission next = waiting.poll(); next != null; next = waiting.poll()) {
            taken.add(next);
        }
        return taken;
    }

    private boolean isIdle() {
        return waiting.isEmpty() && prepared.isEmpty() && !closing;
    }

    private void sleep(long patienceNanos) {
        long since = nanoClock.getAsLong();
        asleep = true;
        long left = patienceNanos;
        while (isIdle() && left > 0) {
            LockSupport.parkNanos(this, left);
            left = patienceNanos - (nanoClock.getAsLong() - since);
        }
        asleep = false;
    }

    private void persist(List<Submission> taken) throws DiskException {
        long start = nanoClock.getAsLong();
        busySinceNanos = start;
        List<LogWrite> writes = new ArrayList<>(taken.size());
        long bytes = 0;
        for (Submission submission : taken) {
            writes.add(submission.write());
            bytes += bytesOf(submission.write());
        }
        boolean mustForce = log.write(writes);
        if (mustForce) {
            log.force();
        }
        busySinceNanos = Long.MIN_VALUE;
        for (Submission submission : taken) {
            submission.completion().durable(submission.write());
        }
        if (mustForce) {
            observer.forced(nanoClock.getAsLong() - start, bytes, taken.size());
            maintain();
        }
    }

    private static long bytesOf(LogWrite write) {
        long bytes = 0;
        if (write instanceof LogWrite.Append append) {
            for (var entry : append.entries()) {
                bytes += entry.payload().size();
            }
        }
        return bytes;
    }

    private void maintain() throws DiskException {
        List<LogPin> pins = log.maintain();
        if (!pins.isEmpty()) {
            observer.pinned(pins);
        }
    }

    /** When idle: makes durable what nobody waits for, so that segments become free, and proves what is durable. */
    private void settle() throws DiskException {
        if (log.isForceDue()) {
            log.force();
            maintain();
        }
        log.writeProof();
    }

    /** Fills a spare segment on a thread of its own, so that the log never waits for it. */
    private void prepareSpare() {
        SegmentFiles.Preparation preparation = log.nextPreparation();
        if (preparation != null) {
            filler = new Filler(preparation);
            filler.start();
        }
    }

    private void stopFiller() {
        Filler running = filler;
        if (running != null) {
            running.preparation.cancel();
            join(running);
        }
    }

    private final class Filler extends Thread {

        private final SegmentFiles.Preparation preparation;

        Filler(SegmentFiles.Preparation preparation) {
            super("ostraka-log-filler");
            this.preparation = preparation;
            setDaemon(true);
        }

        @Override
        public void run() {
            try {
                preparation.run();
            } catch (DiskException e) {
                // The log begins its next segment without a spare, and meets the failure itself if it lasts.
                return;
            }
            prepared.add(preparation);
            wake();
        }
    }

    private static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
