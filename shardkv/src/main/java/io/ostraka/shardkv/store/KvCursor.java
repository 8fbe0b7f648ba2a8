package io.ostraka.shardkv.store;

import io.ostraka.raft.core.Bytes;

/**
 * An ascending walk over one key range of a {@link KvView}, which stands before its first key at the beginning. Used by
 * one thread at a time, and closed by whoever opened it.
 */
public interface KvCursor extends AutoCloseable {

    /** Moves to the next key; false past the last one of the range. */
    boolean next();

    /** The key it stands on. Only after {@link #next} returned true. */
    Bytes key();

    /** The value of the key it stands on. Only after {@link #next} returned true. */
    Bytes value();

    @Override
    void close();
}
