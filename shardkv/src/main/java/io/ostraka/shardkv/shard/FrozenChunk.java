package io.ostraka.shardkv.shard;

import io.ostraka.shardkv.command.Digest;
import io.ostraka.shardkv.command.ShardItem;
import java.util.List;

/**
 * Some items of a frozen shard.
 *
 * @param items sorted by key
 * @param last whether the shard ends with them
 * @param digest over exactly these items
 */
public record FrozenChunk(List<ShardItem> items, boolean last, Digest digest) {

    /** Keeps its own copy. */
    public FrozenChunk {
        items = List.copyOf(items);
    }
}
