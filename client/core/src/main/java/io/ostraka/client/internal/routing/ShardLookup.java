package io.ostraka.client.internal.routing;

import io.ostraka.client.Bytes;
import io.ostraka.client.Write;
import io.ostraka.proto.ShardHash;
import org.jspecify.annotations.Nullable;

/** Which shard an operation is for. */
final class ShardLookup {

    private ShardLookup() {}

    /** The shard of its key, of a batch's first key, of the write that is asked for. */
    static int shardOf(Operation operation, int shards) {
        if (operation instanceof Operation.Get get) {
            return shardOf(get.key(), shards);
        }
        if (operation instanceof Operation.Change change) {
            return shardOf(change.write().key(), shards);
        }
        if (operation instanceof Operation.Batch batch) {
            return shardOf(batch.writes().get(0).key(), shards);
        }
        return ((Operation.Ask) operation).request().shard();
    }

    /** Why it cannot be of that shard alone; null if it can. */
    static @Nullable String flaw(Operation operation, int shard, int shards) {
        if (shard < 0 || shard >= shards) {
            return "the cluster has no shard " + shard + ", its shards are 0 to " + (shards - 1);
        }
        if (operation instanceof Operation.Batch batch) {
            Bytes first = batch.writes().get(0).key();
            for (Write write : batch.writes()) {
                int other = shardOf(write.key(), shards);
                if (other != shard) {
                    return "the batch changes keys of different shards, such as " + first + " (shard " + shard
                            + ") and " + write.key() + " (shard " + other
                            + "): give them a common hash tag, as in {tag}:name";
                }
            }
        }
        return null;
    }

    private static int shardOf(Bytes key, int shards) {
        return ShardHash.shardOf(key.toByteArray(), shards);
    }
}
