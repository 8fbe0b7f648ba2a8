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

    /**
     * Part of a digest.
     *
     * @param digest over the items of the part
     * @param lastKey where it ends
     * @param last whether nothing follows
     */
    record DigestPart(Digest digest, Bytes lastKey, boolean last) {}

    /** The digest over the items after {@code afterKey} up to {@code lastKey}: about {@code bytesMax} of them. */
    DigestPart digest(Bytes afterKey, Bytes lastKey, long bytesMax) {
        ItemDigest hash = new ItemDigest();
        Digest digest = Digest.EMPTY;
        long bytes = 0;
        try (KvCursor cursor = store.scan(after(afterKey), after(lastKey))) {
            while (cursor.next()) {
                ShardItem item = Rows.toItem(StoreKeys.itemKeyOf(cursor.key()), cursor.value());
                digest = digest.plus(hash.of(item));
                bytes += (long) item.key().size() + item.content().size();
                if (bytes >= bytesMax) {
                    return new DigestPart(digest, item.key(), false);
                }
            }
        }
        return new DigestPart(digest, lastKey, true);
    }

    private Bytes after(Bytes itemKey) {
        return itemKey.isEmpty()
                ? keys.itemsFrom(shard)
                : new Encoder(64).raw(keys.item(shard, itemKey)).u8(0).finish();
    }
}
