package io.ostraka.shardkv.shard;

import io.ostraka.raft.core.Bytes;
import io.ostraka.shardkv.command.Digest;
import io.ostraka.shardkv.command.Encoder;
import io.ostraka.shardkv.store.KvCursor;
import io.ostraka.shardkv.store.KvSnapshot;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Digests everything that a replica's store holds of one shard, as a pinned moment shows it, piece by piece: data and
 * sessions, the index by expiry, the shard's state, and what the configuration says of it. Rows are the same on all
 * replicas that have applied the same entries, but for the replica's id and generation, which are left out.
 *
 * <p>Used by one thread at a time.
 */
public final class ShardScan implements AutoCloseable {

    private record Range(Bytes from, Bytes to) {}

    private final KvSnapshot snapshot;
    private final int shard;
    private final long index;
    private final List<Range> ranges;
    private final ItemDigest hash = new ItemDigest();
    private int range;
    private @Nullable Bytes lastKey;
    private Digest digest = Digest.EMPTY;

    /** Takes over {@code snapshot}. */
    ShardScan(KvSnapshot snapshot, StoreKeys keys, int shard, long index) {
        this.snapshot = snapshot;
        this.shard = shard;
        this.index = index;
        this.ranges = List.of(
                row(keys.config()),
                row(keys.configShard(shard)),
                row(keys.shard(shard)),
                new Range(keys.cancelledFrom(shard), keys.cancelledTo(shard)),
                new Range(keys.shardFrom(shard), keys.shardTo(shard)));
    }

    /** The shard. */
    public int shard() {
        return shard;
    }

    /** The entry after which the store was pinned. */
    public long index() {
        return index;
    }

    /** Reads on, about {@code bytesMax} and at least one row, and returns how much it was. */
    public long step(long bytesMax) {
        long bytes = 0;
        while (!isDone() && bytes < bytesMax) {
            bytes += readOn(bytesMax - bytes);
        }
        return bytes;
    }

    /** Whether everything is read. */
    public boolean isDone() {
        return range == ranges.size();
    }

    /** The digest, once everything is read. */
    public Digest digest() {
        if (!isDone()) {
            throw new IllegalStateException("the scan is not done");
        }
        return digest;
    }

    /** Gives the pinned moment back. */
    @Override
    public void close() {
        snapshot.close();
    }

    private long readOn(long bytesMax) {
        Range current = ranges.get(range);
        Bytes last = lastKey;
        long bytes = 0;
        try (KvCursor cursor = snapshot.scan(last == null ? current.from() : after(last), current.to())) {
            while (cursor.next()) {
                Bytes key = cursor.key();
                Bytes value = cursor.value();
                digest = digest.plus(hash.ofRow(StoreKeys.relativeOf(key), value));
                lastKey = key;
                bytes += (long) key.size() + value.size();
                if (bytes >= bytesMax) {
                    return bytes;
                }
            }
        }
        lastKey = null;
        range++;
        return bytes;
    }

    private static Range row(Bytes key) {
        return new Range(key, after(key));
    }

    private static Bytes after(Bytes key) {
        return new Encoder(key.size() + 1).raw(key).u8(0).finish();
    }
}
