package io.ostraka.shardkv.shard;

import io.ostraka.proto.Limits;
import io.ostraka.raft.core.Bytes;
import io.ostraka.shardkv.command.Digest;
import io.ostraka.shardkv.command.Encoder;
import io.ostraka.shardkv.command.ShardItem;
import io.ostraka.shardkv.store.KvCursor;
import io.ostraka.shardkv.store.KvView;
import java.util.ArrayList;
import java.util.List;

/** Reads a frozen shard, which nobody changes, in key order. */
final class FrozenCopy {

    private final KvView store;
    private final StoreKeys keys;
    private final int shard;

    FrozenCopy(KvView store, StoreKeys keys, int shard) {
        this.store = store;
        this.keys = keys;
        this.shard = shard;
    }

    /** The items after {@code afterKey} (empty: from the first), as many as fit a chunk, at least one. */
    FrozenChunk chunk(Bytes afterKey) {
        ItemDigest hash = new ItemDigest();
        List<ShardItem> items = new ArrayList<>();
        Digest digest = Digest.EMPTY;
        long bytes = 0;
        try (KvCursor cursor = store.scan(after(afterKey), keys.itemsTo(shard))) {
            while (cursor.next()) {
                ShardItem item = Rows.toItem(StoreKeys.itemKeyOf(cursor.key()), cursor.value());
                long size = (long) item.key().size() + item.content().size() + 32;
                if (!items.isEmpty() && bytes + size > Limits.CHUNK_BYTES_MAX) {
                    return new FrozenChunk(items, false, digest);
                }
                items.add(item);
                digest = digest.plus(hash.of(item));
                bytes += size;
            }
        }
        return new FrozenChunk(items, true, digest);
    }

    /** The digest over all items up to and including {@code lastKey}. */
    Digest digestThrough(Bytes lastKey) {
        ItemDigest hash = new ItemDigest();
        Digest digest = Digest.EMPTY;
        if (lastKey.isEmpty()) {
            return digest;
        }
        try (KvCursor cursor = store.scan(keys.itemsFrom(shard), after(lastKey))) {
            while (cursor.next()) {
                digest = digest.plus(hash.of(Rows.toItem(StoreKeys.itemKeyOf(cursor.key()), cursor.value())));
            }
        }
        return digest;
    }

    private Bytes after(Bytes itemKey) {
        return itemKey.isEmpty()
                ? keys.itemsFrom(shard)
                : new Encoder(64).raw(keys.item(shard, itemKey)).u8(0).finish();
    }
}
