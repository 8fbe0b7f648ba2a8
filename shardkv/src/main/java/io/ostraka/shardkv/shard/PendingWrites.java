package io.ostraka.shardkv.shard;

import io.ostraka.raft.core.Bytes;
import io.ostraka.shardkv.store.KvStore;
import io.ostraka.shardkv.store.StoreBatch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The changes of one apply batch on their way to the store, and the store as it will be with them. A key that is
 * written often is written once. Not thread-safe.
 */
final class PendingWrites {

    private record Range(Bytes from, Bytes to) {

        boolean contains(Bytes key) {
            return from.compareTo(key) <= 0 && key.compareTo(to) < 0;
        }
    }

    private final KvStore store;
    private final StoreBatch batch = new StoreBatch();
    private final List<Range> ranges = new ArrayList<>();
    /** In the order of the first change; null: deleted. */
    private final Map<Bytes, @Nullable Bytes> changes = new LinkedHashMap<>();

    private long bytes;

    PendingWrites(KvStore store) {
        this.store = store;
    }

    @Nullable
    Bytes get(Bytes key) {
        Bytes pending = changes.get(key);
        if (pending != null || changes.containsKey(key)) {
            return pending;
        }
        for (Range range : ranges) {
            if (range.contains(key)) {
                return null;
            }
        }
        return store.get(key);
    }

    void put(Bytes key, Bytes value) {
        changes.put(key, value);
        bytes += (long) key.size() + value.size();
    }

    void delete(Bytes key) {
        changes.put(key, null);
        bytes += key.size();
    }

    /** Deletes what is in the range now, pending or stored; later puts into it stay. */
    void deleteRange(Bytes from, Bytes to) {
        Range range = new Range(from, to);
        changes.keySet().removeIf(range::contains);
        ranges.add(range);
    }

    /** The bytes put since the last write. */
    long bytes() {
        return bytes;
    }

    /** Whether anything is deleted as a whole range. */
    boolean deletesRanges() {
        return !ranges.isEmpty();
    }

    /** Writes everything as one batch. */
    void write() {
        batch.clear();
        for (Range range : ranges) {
            batch.deleteRange(range.from(), range.to());
        }
        for (Map.Entry<Bytes, @Nullable Bytes> change : changes.entrySet()) {
            Bytes value = change.getValue();
            if (value == null) {
                batch.delete(change.getKey());
            } else {
                batch.put(change.getKey(), value);
            }
        }
        store.write(batch);
        ranges.clear();
        changes.clear();
        bytes = 0;
    }
}
