package io.ostraka.shardkv.server;

import com.google.protobuf.ByteString;
import io.ostraka.proto.Limits;
import io.ostraka.proto.ShardHash;
import io.ostraka.proto.kv.AtomicBatch;
import io.ostraka.proto.kv.BatchItem;
import io.ostraka.proto.kv.CompareAndSet;
import io.ostraka.proto.kv.KvRequest;
import io.ostraka.proto.kv.Put;
import io.ostraka.proto.kv.WriteHeader;
import org.jspecify.annotations.Nullable;

/**
 * The limits of DESIGN section 10, checked before a request touches a log. Pure.
 *
 * @param shards number of shards of the cluster
 * @param valueBytesMax largest value that this cluster takes
 */
record RequestCheck(int shards, int valueBytesMax) {

    /** What is wrong with a request and what to do, or null if it is well formed. */
    @Nullable
    String problemOf(KvRequest request) {
        if (request.getShard() < 0 || request.getShard() >= shards) {
            return "shard " + Integer.toUnsignedString(request.getShard())
                    + " does not exist: this cluster has shards 0 to " + (shards - 1);
        }
        int shard = request.getShard();
        return switch (request.getOpCase()) {
            case GET -> keyProblem(request.getGet().getKey(), shard);
            case PUT -> first(headerProblem(request), putProblem(request.getPut(), shard));
            case APPEND ->
                first(
                        headerProblem(request),
                        keyProblem(request.getAppend().getKey(), shard),
                        valueProblem(request.getAppend().getValue()));
            case DELETE ->
                first(headerProblem(request), keyProblem(request.getDelete().getKey(), shard));
            case COMPARE_AND_SET -> first(headerProblem(request), casProblem(request.getCompareAndSet(), shard));
            case BATCH -> first(headerProblem(request), batchProblem(request.getBatch(), shard));
            case ASK -> headerProblem(request);
            case OP_NOT_SET ->
                "the request names no operation that this server knows; a newer client must keep to this server's"
                        + " protocol version";
        };
    }

    private static @Nullable String headerProblem(KvRequest request) {
        if (!request.hasWrite()) {
            return "a write carries no number; send it with its session's number, or use a client library";
        }
        WriteHeader header = request.getWrite();
        long number = header.getNumber();
        long lowest = header.getLowestUnanswered();
        if (number < 1 || lowest < 0 || header.getT0Millis() < 0) {
            return "a write's number begins at 1, and neither it, the lowest unanswered number nor T0 is negative";
        }
        // A retry or a question may come after the window moved on; a first attempt may not run ahead of it.
        if (number >= lowest && number - lowest >= Limits.SESSION_WINDOW) {
            return "write " + number + " is " + (number - lowest) + " ahead of the lowest unanswered one; at most "
                    + (Limits.SESSION_WINDOW - 1) + " may be: wait for answers first";
        }
        return null;
    }

    private @Nullable String keyProblem(ByteString key, int shard) {
        if (key.isEmpty()) {
            return "the key is empty; a key has 1 to " + Limits.KEY_BYTES_MAX + " bytes";
        }
        if (!Limits.isKeySize(key.size())) {
            return "the key has " + key.size() + " bytes; a key has 1 to " + Limits.KEY_BYTES_MAX;
        }
        int right = ShardHash.shardOf(key, shards);
        return right == shard ? null : "the key belongs to shard " + right + ", not to shard " + shard;
    }

    private @Nullable String valueProblem(ByteString value) {
        return value.size() <= valueBytesMax
                ? null
                : "the value has " + value.size() + " bytes; at most " + valueBytesMax + " are allowed: split it";
    }

    private @Nullable String putProblem(Put put, int shard) {
        return first(keyProblem(put.getKey(), shard), valueProblem(put.getValue()), ttlProblem(put.getTtlMillis()));
    }

    private @Nullable String casProblem(CompareAndSet cas, int shard) {
        return first(
                keyProblem(cas.getKey(), shard),
                valueProblem(cas.getValue()),
                ttlProblem(cas.getTtlMillis()),
                cas.getExpectedRevision() < 0
                        ? "a revision is not negative; 0 says that the key must be absent"
                        : null);
    }

    private static @Nullable String ttlProblem(long ttlMillis) {
        return ttlMillis >= 0 && ttlMillis <= Limits.TTL_MILLIS_MAX
                ? null
                : "a time to live is 0 to " + Limits.TTL_MILLIS_MAX + " ms, this one "
                        + Long.toUnsignedString(ttlMillis);
    }

    private @Nullable String batchProblem(AtomicBatch batch, int shard) {
        if (batch.getItemsCount() == 0) {
            return "the batch is empty";
        }
        if (batch.getItemsCount() > Limits.BATCH_ITEMS_MAX) {
            return "the batch has " + batch.getItemsCount() + " changes; at most " + Limits.BATCH_ITEMS_MAX
                    + " are allowed: split it";
        }
        long bytes = 0;
        for (BatchItem item : batch.getItemsList()) {
            String problem = itemProblem(item, shard);
            if (problem != null) {
                return problem;
            }
            bytes += sizeOf(item);
        }
        return bytes <= Limits.BATCH_BYTES_MAX
                ? null
                : "the batch has " + bytes + " bytes; at most " + Limits.BATCH_BYTES_MAX + " are allowed: split it";
    }

    private @Nullable String itemProblem(BatchItem item, int shard) {
        return switch (item.getOpCase()) {
            case PUT -> putProblem(item.getPut(), shard);
            case APPEND ->
                first(
                        keyProblem(item.getAppend().getKey(), shard),
                        valueProblem(item.getAppend().getValue()));
            case DELETE -> keyProblem(item.getDelete().getKey(), shard);
            case COMPARE_AND_SET -> casProblem(item.getCompareAndSet(), shard);
            case OP_NOT_SET -> "a change of the batch names no operation that this server knows";
        };
    }

    private static long sizeOf(BatchItem item) {
        return switch (item.getOpCase()) {
            case PUT ->
                item.getPut().getKey().size() + (long) item.getPut().getValue().size();
            case APPEND ->
                item.getAppend().getKey().size()
                        + (long) item.getAppend().getValue().size();
            case DELETE -> item.getDelete().getKey().size();
            case COMPARE_AND_SET ->
                item.getCompareAndSet().getKey().size()
                        + (long) item.getCompareAndSet().getValue().size();
            case OP_NOT_SET -> 0;
        };
    }

    private static @Nullable String first(@Nullable String... problems) {
        for (String problem : problems) {
            if (problem != null) {
                return problem;
            }
        }
        return null;
    }
}
