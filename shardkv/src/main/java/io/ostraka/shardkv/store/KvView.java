package io.ostraka.shardkv.store;

import io.ostraka.raft.core.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * What can be read of a store: its present, or one pinned moment of it. Keys are ordered as unsigned bytes.
 *
 * <p>Every method may be called from any thread. A failure of the disk is thrown as {@link StoreException} and never
 * becomes an answer.
 */
public interface KvView {

    /** The value of {@code key}, or null if it has none. */
    @Nullable
    Bytes get(Bytes key);

    /**
     * A cursor over the keys from {@code from} (inclusive) to {@code to} (exclusive), as they were at the moment of the
     * call. It never leaves that range: there is no unbounded scan.
     *
     * @throws IllegalArgumentException if {@code from} is above {@code to}
     */
    KvCursor scan(Bytes from, Bytes to);
}
