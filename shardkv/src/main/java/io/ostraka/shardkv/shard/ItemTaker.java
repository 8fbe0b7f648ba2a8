package io.ostraka.shardkv.shard;

import io.ostraka.raft.core.BrokenInvariantException;
import io.ostraka.raft.core.Bytes;
import io.ostraka.shardkv.command.Digest;
import io.ostraka.shardkv.command.ShardItem;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts arriving items into an importing shard. An item replaces only an older one; a deletion is kept as a tombstone
 * with its revision, so that an older copy of the item, which may arrive later, does not bring it back.
 */
final class ItemTaker {

    private final StoreKeys keys;
    private final PendingWrites pending;
    private final KeyWriter writer;
    private final ItemDigest hash = new ItemDigest();

    ItemTaker(StoreKeys keys, PendingWrites pending, KeyWriter writer) {
        this.keys = keys;
        this.pending = pending;
        this.writer = writer;
    }

    /** Whether every item is a row that a shard can hold. */
    static boolean areValid(List<ShardItem> items) {
        for (ShardItem item : items) {
            if (!isValid(item)) {
                return false;
            }
        }
        return true;
    }

    /** Takes the items and returns the digest over everything held, which was {@code digest} before. */
    Digest take(Shard shard, List<ShardItem> items, Digest digest) {
        Digest sum = digest;
        for (ShardItem item : items) {
            sum = take(shard, item, sum);
        }
        return sum;
    }

    private Digest take(Shard shard, ShardItem item, Digest digest) {
        Bytes itemKey = item.key();
        Bytes storeKey = keys.item(shard.number(), itemKey);
        Bytes held = pending.get(storeKey);
        Bytes tombstoneKey = keys.tombstone(shard.number(), itemKey);
        Bytes tombstone = held == null ? pending.get(tombstoneKey) : null;
        Bytes newest = held != null ? held : tombstone;
        if (newest != null && item.revision() <= Rows.revisionOf(newest)) {
            return digest;
        }
        Digest sum = digest;
        if (held != null) {
            sum = sum.minus(hash.of(Rows.toItem(itemKey, held)));
            remove(shard, itemKey, storeKey, held);
        }
        if (item.tombstone()) {
            pending.put(tombstoneKey, Rows.revision(item.revision()));
            return sum;
        }
        if (tombstone != null) {
            pending.delete(tombstoneKey);
        }
        put(shard, itemKey, storeKey, Rows.toRow(item));
        return sum.plus(hash.of(item));
    }

    private void remove(Shard shard, Bytes itemKey, Bytes storeKey, Bytes held) {
        if (isData(itemKey)) {
            writer.remove(shard, keyOf(itemKey), Rows.data(held));
        } else {
            pending.delete(storeKey);
        }
    }

    private void put(Shard shard, Bytes itemKey, Bytes storeKey, Bytes row) {
        if (isData(itemKey)) {
            DataRow data = Rows.data(row);
            shard.counters().added(keyOf(itemKey), data.value());
            writer.put(shard, keyOf(itemKey), data);
        } else {
            pending.put(storeKey, row);
        }
    }

    private static boolean isValid(ShardItem item) {
        if (item.key().size() < 2 || item.revision() < 0) {
            return false;
        }
        return item.tombstone() ? item.content().isEmpty() && kindOf(item.key()) != null : isRow(item);
    }

    private static boolean isRow(ShardItem item) {
        RowKind kind = kindOf(item.key());
        if (kind == null) {
            return false;
        }
        try {
            Bytes row = Rows.toRow(item);
            switch (kind) {
                case DATA -> Rows.data(row);
                case HEAD -> Rows.head(row);
                case WRITE -> Rows.sessionRow(row);
            }
            return true;
        } catch (BrokenInvariantException notSuchARow) {
            return false;
        }
    }

    private enum RowKind {
        DATA,
        HEAD,
        WRITE
    }

    private static @Nullable RowKind kindOf(Bytes itemKey) {
        return switch (itemKey.byteAt(0)) {
            case StoreKeys.DATA -> RowKind.DATA;
            case StoreKeys.SESSION_HEAD -> itemKey.size() == 17 ? RowKind.HEAD : null;
            case StoreKeys.SESSION_ROW -> itemKey.size() == 19 ? RowKind.WRITE : null;
            default -> null;
        };
    }

    private static boolean isData(Bytes itemKey) {
        return itemKey.byteAt(0) == StoreKeys.DATA;
    }

    private static Bytes keyOf(Bytes itemKey) {
        return itemKey.slice(1, itemKey.size());
    }
}
