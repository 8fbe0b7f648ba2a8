package io.ostraka.shardkv.shard;

import io.ostraka.proto.Limits;
import io.ostraka.proto.ShardHash;
import io.ostraka.raft.core.Bytes;
import io.ostraka.shardkv.command.ClientWrite;
import io.ostraka.shardkv.command.WriteOp;
import org.jspecify.annotations.Nullable;

/** What a write must be, whoever proposed it (DESIGN section 10). Checked before it is proposed, and again in apply. */
public final class WriteRules {

    private WriteRules() {}

    /**
     * Says what is wrong with a write, or null.
     *
     * @param shards how many shards the cluster has
     * @param valueBytesMax the largest value that the cluster takes
     */
    public static @Nullable String problemOf(ClientWrite write, int shards, int valueBytesMax) {
        return switch (write.op()) {
            case WriteOp.KeyOp op -> problemOf(op, write.shard(), shards, valueBytesMax);
            case WriteOp.Atomic batch -> problemOf(batch, write.shard(), shards, valueBytesMax);
            case WriteOp.Ask ignored -> null;
        };
    }

    /** Says what is wrong with a key that is said to be of a shard, or null. */
    public static @Nullable String problemOf(Bytes key, int shard, int shards) {
        if (!Limits.isKeySize(key.size())) {
            return "a key has 1 to " + Limits.KEY_BYTES_MAX + " bytes, this one " + key.size();
        }
        int right = ShardHash.shardOf(key.asByteBuffer(), shards);
        return right == shard ? null : "the key is of shard " + right + ", not " + shard;
    }

    private static @Nullable String problemOf(WriteOp.Atomic batch, int shard, int shards, int valueBytesMax) {
        if (batch.ops().isEmpty() || batch.ops().size() > Limits.BATCH_ITEMS_MAX) {
            return "a batch has 1 to " + Limits.BATCH_ITEMS_MAX + " changes, this one "
                    + batch.ops().size();
        }
        long bytes = 0;
        for (WriteOp.KeyOp op : batch.ops()) {
            String problem = problemOf(op, shard, shards, valueBytesMax);
            if (problem != null) {
                return problem;
            }
            bytes += op.key().size() + valueOf(op).size();
        }
        return bytes <= Limits.BATCH_BYTES_MAX
                ? null
                : "a batch has at most " + Limits.BATCH_BYTES_MAX + " bytes, this one " + bytes;
    }

    private static @Nullable String problemOf(WriteOp.KeyOp op, int shard, int shards, int valueBytesMax) {
        int size = valueOf(op).size();
        if (size > Math.min(valueBytesMax, Limits.VALUE_BYTES_MAX_CEILING)) {
            return "a value has at most " + valueBytesMax + " bytes, this one " + size;
        }
        long ttl = ttlOf(op);
        if (ttl < 0 || ttl > Limits.TTL_MILLIS_MAX) {
            return "a time to live is 0 to " + Limits.TTL_MILLIS_MAX + " ms, this one " + ttl;
        }
        return problemOf(op.key(), shard, shards);
    }

    private static Bytes valueOf(WriteOp.KeyOp op) {
        return switch (op) {
            case WriteOp.Put put -> put.value();
            case WriteOp.Append append -> append.value();
            case WriteOp.Delete ignored -> Bytes.EMPTY;
            case WriteOp.CompareAndSet cas -> {
                Bytes value = cas.value();
                yield value != null ? value : Bytes.EMPTY;
            }
        };
    }

    private static long ttlOf(WriteOp.KeyOp op) {
        return switch (op) {
            case WriteOp.Put put -> put.ttlMillis();
            case WriteOp.CompareAndSet cas -> cas.ttlMillis();
            case WriteOp.Append ignored -> 0;
            case WriteOp.Delete ignored -> 0;
        };
    }
}
