package io.ostraka.raft.runtime.host;

import io.ostraka.raft.runtime.storage.FatalListener;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads of the operating system. */
public final class ThreadWorkers implements Workers {

    @Override
    public Worker busy(String name, FatalListener fatal) {
        WorkThread thread = new WorkThread(name, fatal);
        thread.start();
        return thread;
    }

    @Override
    public TimedWorker timed(String name) {
        return new ScheduledWorker(name);
    }

    @Override
    public ExecutorService pool(String name, int threads) {
        AtomicInteger number = new AtomicInteger();
        return Executors.newFixedThreadPool(threads, work -> daemon(work, name + "-" + number.getAndIncrement()));
    }

    private static Thread daemon(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    private static final class ScheduledWorker implements TimedWorker {

        private final ScheduledThreadPoolExecutor executor;

        ScheduledWorker(String name) {
            executor = new ScheduledThreadPoolExecutor(1, work -> daemon(work, name));
            executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
            executor.setRemoveOnCancelPolicy(true);
        }

        @Override
        public boolean schedule(Runnable work, long delayNanos) {
            try {
                var _ = executor.schedule(work, delayNanos, TimeUnit.NANOSECONDS);
                return true;
            } catch (RejectedExecutionException e) {
                if (!executor.isShutdown()) {
                    throw e;
                }
                return false;
            }
        }

        @Override
        public void repeat(Runnable work, long pauseNanos) {
            try {
                var _ = executor.scheduleWithFixedDelay(work, pauseNanos, pauseNanos, TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException e) {
                if (!executor.isShutdown()) {
                    throw e;
                }
            }
        }

        @Override
        public boolean isClosed() {
            return executor.isShutdown();
        }

        @Override
        public boolean close(Ending ending, long patienceSeconds) {
            executor.shutdown();
            if (ending == Ending.DROPS_ALL) {
                // Not by shutdownNow: an interrupt would close the file that is just being written.
                executor.getQueue().clear();
                // A thread that saw the queue before that would wait for it for ever; this wakes it.
                executor.purge();
            }
            try {
                return executor.awaitTermination(patienceSeconds, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
    }
}
