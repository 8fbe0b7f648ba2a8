package io.ostraka.shardkv.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.ostraka.proto.Limits;
import io.ostraka.proto.ShardHash;
import io.ostraka.proto.kv.Append;
import io.ostraka.proto.kv.AskOutcome;
import io.ostraka.proto.kv.AtomicBatch;
import io.ostraka.proto.kv.BatchItem;
import io.ostraka.proto.kv.CompareAndSet;
import io.ostraka.proto.kv.Delete;
import io.ostraka.proto.kv.Get;
import io.ostraka.proto.kv.KvRequest;
import io.ostraka.proto.kv.Put;
import io.ostraka.proto.kv.WriteHeader;
import java.util.Collections;
import org.junit.jupiter.api.Test;

class RequestCheckTest {

    private static final int SHARDS = 16;
    private static final ByteString KEY = ByteString.copyFromUtf8("{tag}a");
    private static final int SHARD = ShardHash.shardOf(KEY, SHARDS);

    private final RequestCheck check = new RequestCheck(SHARDS, 1000);

    @Test
    void wellFormedRequestsHaveNoProblem() {
        assertThat(check.problemOf(read().setGet(Get.newBuilder().setKey(KEY)).build()))
                .isNull();
        assertThat(check.problemOf(put(KEY, bytes(1000)))).isNull();
        assertThat(check.problemOf(
                        write().setDelete(Delete.newBuilder().setKey(KEY)).build()))
                .isNull();
        assertThat(check.problemOf(
                        write().setAsk(AskOutcome.getDefaultInstance()).build()))
                .isNull();
        assertThat(check.problemOf(put(padded(Limits.KEY_BYTES_MAX), bytes(0)))).isNull();
    }

    @Test
    void anEmptyKeyIsRefused() {
        assertThat(check.problemOf(put(ByteString.EMPTY, bytes(1))))
                .contains("empty")
                .contains("4096");
        assertThat(check.problemOf(read().setGet(Get.getDefaultInstance()).build()))
                .contains("empty");
    }

    @Test
    void aKeyThatIsTooLongIsRefused() {
        assertThat(check.problemOf(put(padded(Limits.KEY_BYTES_MAX + 1), bytes(1))))
                .contains("4097 bytes");
    }

    @Test
    void aValueThatIsTooLargeIsRefused() {
        assertThat(check.problemOf(put(KEY, bytes(1001))))
                .contains("1001 bytes")
                .contains("1000");
        assertThat(check.problemOf(
                        write().setAppend(Append.newBuilder().setKey(KEY).setValue(bytes(1001)))
                                .build()))
                .contains("1001 bytes");
        assertThat(check.problemOf(write().setCompareAndSet(
                                CompareAndSet.newBuilder().setKey(KEY).setValue(bytes(1001)))
                        .build()))
                .contains("1001 bytes");
    }

    @Test
    void aTimeToLiveOutOfRangeIsRefused() {
        assertThat(check.problemOf(timed(Limits.TTL_MILLIS_MAX))).isNull();
        for (long ttlMillis : new long[] {Limits.TTL_MILLIS_MAX + 1, Long.MAX_VALUE, -1}) {
            assertThat(check.problemOf(timed(ttlMillis)))
                    .contains("time to live")
                    .contains("ms");
        }
    }

    @Test
    void z2AShardOutOfRangeIsRefused() {
        for (int shard : new int[] {-1, SHARDS, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            assertThat(check.problemOf(
                            put(KEY, bytes(1)).toBuilder().setShard(shard).build()))
                    .contains("does not exist")
                    .contains("0 to 15");
        }
    }

    @Test
    void aKeyOfAnotherShardIsRefused() {
        KvRequest request =
                put(KEY, bytes(1)).toBuilder().setShard((SHARD + 1) % SHARDS).build();

        assertThat(check.problemOf(request)).contains("belongs to shard " + SHARD);
    }

    @Test
    void aWriteWithoutItsNumberIsRefused() {
        assertThat(check.problemOf(
                        KvRequest.newBuilder(put(KEY, bytes(1))).clearWrite().build()))
                .contains("no number");
        assertThat(check.problemOf(header(0, 0, 1))).contains("begins at 1");
        assertThat(check.problemOf(header(-3, 0, 1))).contains("begins at 1");
        assertThat(check.problemOf(header(1, 1, -1))).contains("T0");
    }

    @Test
    void aWriteFarAheadOfTheLowestUnansweredIsRefused() {
        assertThat(check.problemOf(header(Limits.SESSION_WINDOW, 1, 1))).isNull();
        assertThat(check.problemOf(header(Limits.SESSION_WINDOW + 1, 1, 1))).contains("wait for answers");
        assertThat(check.problemOf(header(5, 10, 1))).isNull();
    }

    @Test
    void aBatchIsBoundedInItemsAndBytesAndStaysInItsShard() {
        BatchItem item = item(KEY, bytes(1));
        assertThat(check.problemOf(batch(AtomicBatch.getDefaultInstance()))).contains("empty");
        assertThat(check.problemOf(batch(AtomicBatch.newBuilder()
                        .addAllItems(Collections.nCopies(Limits.BATCH_ITEMS_MAX + 1, item))
                        .build())))
                .contains("4097 changes");
        RequestCheck large = new RequestCheck(SHARDS, Limits.VALUE_BYTES_MAX_DEFAULT);
        assertThat(large.problemOf(batch(AtomicBatch.newBuilder()
                        .addAllItems(Collections.nCopies(5, item(KEY, bytes(1 << 20))))
                        .build())))
                .contains("split it");
        ByteString other = keyOfAnotherShard();
        assertThat(check.problemOf(batch(AtomicBatch.newBuilder()
                        .addItems(item)
                        .addItems(item(other, bytes(1)))
                        .build())))
                .contains("belongs to shard");
        assertThat(check.problemOf(batch(AtomicBatch.newBuilder()
                        .addItems(BatchItem.getDefaultInstance())
                        .build())))
                .contains("names no operation");
    }

    @Test
    void anOperationOfANewerProtocolIsRefused() {
        assertThat(check.problemOf(write().build())).contains("names no operation");
    }

    private static KvRequest timed(long ttlMillis) {
        KvRequest.Builder put = put(KEY, bytes(1)).toBuilder();
        put.getPutBuilder().setTtlMillis(ttlMillis);
        return put.build();
    }

    private static KvRequest put(ByteString key, ByteString value) {
        int shard = key.isEmpty() ? SHARD : ShardHash.shardOf(key, SHARDS);
        return write().setShard(shard)
                .setPut(Put.newBuilder().setKey(key).setValue(value))
                .build();
    }

    private static KvRequest header(long number, long lowest, long t0) {
        return put(KEY, bytes(1)).toBuilder()
                .setWrite(WriteHeader.newBuilder()
                        .setNumber(number)
                        .setLowestUnanswered(lowest)
                        .setT0Millis(t0))
                .build();
    }

    private static KvRequest batch(AtomicBatch batch) {
        return write().setBatch(batch).build();
    }

    private static BatchItem item(ByteString key, ByteString value) {
        return BatchItem.newBuilder()
                .setPut(Put.newBuilder().setKey(key).setValue(value))
                .build();
    }

    private static KvRequest.Builder write() {
        return read().setWrite(WriteHeader.newBuilder().setNumber(1).setLowestUnanswered(1));
    }

    private static KvRequest.Builder read() {
        return KvRequest.newBuilder().setId(1).setShard(SHARD);
    }

    private static ByteString padded(int bytes) {
        return KEY.concat(ByteString.copyFrom(new byte[bytes - KEY.size()]));
    }

    private static ByteString bytes(int size) {
        return ByteString.copyFrom(new byte[size]);
    }

    private static ByteString keyOfAnotherShard() {
        int i = 0;
        while (ShardHash.shardOf(ByteString.copyFromUtf8("k" + i), SHARDS) == SHARD) {
            i++;
        }
        return ByteString.copyFromUtf8("k" + i);
    }
}
