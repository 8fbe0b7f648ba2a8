package io.ostraka.shardkv.server;

import io.ostraka.raft.runtime.host.TimedWorker;
import io.ostraka.raft.runtime.host.Workers;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The one thread on which a node follows the configuration, keeps its replicas and runs the hand-overs: everything that
 * is neither a client's request nor Raft. What runs here never waits for the network; it may wait for the disk when a
 * replica is created, opened or removed.
 */
final class ControlLoop implements TaskLoop, AutoCloseable {

    private static final long CLOSE_PATIENCE_SECONDS = 10;

    private final TimedWorker thread;
    private final Consumer<Throwable> onBroken;

    /** @param onBroken told of an exception that no part expected: the node must stop */
    ControlLoop(Workers workers, Consumer<Throwable> onBroken) {
        this.onBroken = onBroken;
        thread = workers.timed("ostraka-node-control");
    }

    @Override
    public void execute(Runnable work) {
        schedule(work, 0);
    }

    @Override
    public void schedule(Runnable work, long delayMillis) {
        thread.schedule(guarded(work), TimeUnit.MILLISECONDS.toNanos(delayMillis));
    }

    @Override
    public void repeat(Runnable work, long pauseMillis) {
        thread.repeat(guarded(work), TimeUnit.MILLISECONDS.toNanos(pauseMillis));
    }

    private Runnable guarded(Runnable work) {
        return () -> {
            try {
                work.run();
            } catch (RuntimeException | Error e) {
                if (!thread.isClosed()) {
                    onBroken.accept(e);
                }
            }
        };
    }

    /** Drops what waits, and waits up to 10 seconds for what runs. */
    @Override
    public void close() {
        thread.close(TimedWorker.Ending.DROPS_ALL, CLOSE_PATIENCE_SECONDS);
    }
}
