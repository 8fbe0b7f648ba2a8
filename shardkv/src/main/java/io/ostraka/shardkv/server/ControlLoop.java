package io.ostraka.shardkv.server;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The one thread on which a node follows the configuration, keeps its replicas and runs the hand-overs: everything that
 * is neither a client's request nor Raft. What runs here never waits for the network; it may wait for the disk when a
 * replica is created, opened or removed.
 */
final class ControlLoop implements TaskLoop, AutoCloseable {

    private static final long CLOSE_PATIENCE_SECONDS = 10;

    private final ScheduledThreadPoolExecutor executor;
    private final Consumer<Throwable> onBroken;

    /** @param onBroken told of an exception that no part expected: the node must stop */
    ControlLoop(Consumer<Throwable> onBroken) {
        this.onBroken = onBroken;
        executor = new ScheduledThreadPoolExecutor(1, work -> {
            Thread thread = new Thread(work, "ostraka-node-control");
            thread.setDaemon(true);
            return thread;
        });
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        executor.setRemoveOnCancelPolicy(true);
    }

    @Override
    public void execute(Runnable work) {
        schedule(work, 0);
    }

    @Override
    public void schedule(Runnable work, long delayMillis) {
        try {
            var _ = executor.schedule(guarded(work), delayMillis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            if (!executor.isShutdown()) {
                throw e;
            }
        }
    }

    @Override
    public void repeat(Runnable work, long pauseMillis) {
        var _ = executor.scheduleWithFixedDelay(guarded(work), pauseMillis, pauseMillis, TimeUnit.MILLISECONDS);
    }

    private Runnable guarded(Runnable work) {
        return () -> {
            try {
                work.run();
            } catch (RuntimeException | Error e) {
                if (!executor.isShutdown()) {
                    onBroken.accept(e);
                }
            }
        };
    }

    /** Drops what waits, and waits up to 10 seconds for what runs. */
    @Override
    public void close() {
        executor.shutdown();
        // Not by shutdownNow: an interrupt would close the file that is just being written.
        executor.getQueue().clear();
        try {
            executor.awaitTermination(CLOSE_PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
