package io.ostraka.shardkv.store;

import io.ostraka.raft.core.Bytes;

/**
 * The ordered, unlogged store of a node. Writes are atomic and at once visible to later reads, and durable after the
 * next {@link #flush}: a crash leaves the state after some prefix of the batches written, never half a batch, and at
 * least everything before the last completed flush.
 *
 * <p>Thread-safe. After the first {@link StoreException} every later call fails too, since what the disk holds is no
 * longer known.
 */
public interface KvStore extends KvView, AutoCloseable {

    /** Applies all of {@code batch}, or throws; the batch may be reused afterwards. */
    void write(StoreBatch batch);

    /** Pins the present. The caller closes it. */
    KvSnapshot snapshot();

    /**
     * Makes everything written before the call durable. Blocks; cheap when nothing was written since the last flush.
     */
    void flush();

    /** Roughly how many bytes the range takes on disk and in memory, without reading it. */
    long approximateSize(Bytes from, Bytes to);

    /** Roughly how many bytes the whole store takes on disk. */
    long diskBytes();

    /**
     * Waits for running calls and for open cursors and snapshots to be closed (at most 10 seconds), flushes, and
     * releases all resources. Later calls throw {@link StoreException}. Idempotent.
     */
    @Override
    void close();
}
