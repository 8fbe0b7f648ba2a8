package io.ostraka.shardkv.server;

import io.ostraka.raft.runtime.host.TimedWorker;
import io.ostraka.raft.runtime.host.Workers;
import io.ostraka.raft.runtime.snapshot.RateLimit;
import io.ostraka.shardkv.shard.ShardScan;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads whole shards, for hand-overs and digests, on one thread of their own: no client's read is ever behind them.
 * Everything is done in small pieces that take turns, so that a large shard does not hold up another one's hand-over.
 * Digests of the store, which nobody waits for, read no faster than a rate; hand-overs do not wait for it.
 *
 * <p>What waits is bounded where it comes from: one piece for each stream of an importer, and one digest a replica.
 * Thread-safe.
 */
final class BackgroundScans implements Pieces, AutoCloseable {

    /** How much one piece reads, about. */
    static final int PIECE_BYTES = 256 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(BackgroundScans.class);
    private static final long PATIENCE_SECONDS = 10;

    private final TimedWorker thread;
    private final @Nullable RateLimit rate;
    private final LongSupplier nanoTime;
    private final Consumer<Throwable> onBroken;
    /** Digests that are not done: each keeps a moment of the store pinned. */
    private final Set<ShardScan> digests = ConcurrentHashMap.newKeySet();

    /**
     * Starts the thread.
     *
     * @param digestBytesPerSecond how fast digests of the store may read; 0: none is computed
     * @param onBroken told of an exception that no part expected: the node must stop
     */
    BackgroundScans(Workers workers, long digestBytesPerSecond, LongSupplier nanoTime, Consumer<Throwable> onBroken) {
        this.rate = digestBytesPerSecond == 0 ? null : new RateLimit(digestBytesPerSecond, nanoTime.getAsLong());
        this.nanoTime = nanoTime;
        this.onBroken = onBroken;
        thread = workers.timed("ostraka-scan");
    }

    /** Dropped once this is closed. */
    @Override
    public void execute(Runnable piece) {
        schedule(piece, 0);
    }

    /** Whether digests of the store are computed at all. */
    boolean computesDigests() {
        return rate != null;
    }

    /**
     * Completes a digest, at a limited rate, and closes the scan in any case.
     *
     * @param wanted asked before each piece; once it is false, the scan ends undone
     * @param done told when it is complete
     */
    void digest(ShardScan scan, BooleanSupplier wanted, Consumer<ShardScan> done) {
        digests.add(scan);
        if (!schedule(() -> continueDigest(scan, wanted, done), 0)) {
            end(scan);
        }
    }

    private void continueDigest(ShardScan scan, BooleanSupplier wanted, Consumer<ShardScan> done) {
        if (rate == null || !wanted.getAsBoolean()) {
            end(scan);
            return;
        }
        long wait = rate.spend(PIECE_BYTES, nanoTime.getAsLong());
        if (wait == 0) {
            scan.step(PIECE_BYTES);
        }
        if (scan.isDone()) {
            done.accept(scan);
            end(scan);
        } else {
            schedule(() -> continueDigest(scan, wanted, done), wait);
        }
    }

    /** Ends a digest that nobody wants any more, however long its next piece is off. */
    void drop(ShardScan scan) {
        execute(() -> end(scan));
    }

    private void end(ShardScan scan) {
        if (digests.remove(scan)) {
            scan.close();
        }
    }

    private boolean schedule(Runnable piece, long delayNanos) {
        return thread.schedule(
                () -> {
                    try {
                        piece.run();
                    } catch (RuntimeException | Error e) {
                        onBroken.accept(e);
                    }
                },
                delayNanos);
    }

    /** Drops what waits, waits up to 10 seconds for the piece that runs, and gives back what is pinned. */
    @Override
    public void close() {
        if (!thread.close(TimedWorker.Ending.DROPS_ALL, PATIENCE_SECONDS)) {
            LOG.warn("a scan of the store did not end within {} s", PATIENCE_SECONDS);
            return;
        }
        digests.forEach(this::end);
    }
}
