package io.ostraka.shardkv.shard;

import io.ostraka.raft.core.Bytes;

/** What a read of one key found. */
public sealed interface KvRead {

    /**
     * The key has a value.
     *
     * @param value the value
     * @param revision the shard's revision that wrote it
     */
    record Found(Bytes value, long revision) implements KvRead {}

    /** The key has no value. */
    record Missing() implements KvRead {}

    /** The group does not serve the shard, or ceased to while the value was read: there is no answer. */
    record NotServing() implements KvRead {}
}
