package io.ostraka.client.fake;

import com.google.protobuf.ByteString;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.kv.BatchItem;
import io.ostraka.proto.kv.CompareAndSet;
import io.ostraka.proto.kv.KvRequest;
import io.ostraka.proto.kv.KvResponse;
import java.util.HashMap;
import java.util.Map;

/** A store in memory that answers as a leader does, without sessions. */
final class FakeStore {

    private static final long SHARD_TIME_MILLIS = 5_000;

    private record Item(ByteString value, long revision) {}

    private final Map<ByteString, Item> items = new HashMap<>();
    private long revision;

    synchronized KvResponse answer(KvRequest request) {
        KvResponse.Builder answer =
                KvResponse.newBuilder().setCode(StatusCode.OK).setShardTimeMillis(SHARD_TIME_MILLIS);
        if (request.hasWrite() && request.getWrite().getT0Millis() == 0) {
            return answer.setCode(StatusCode.TIME_NEEDED).build();
        }
        return switch (request.getOpCase()) {
            case GET -> {
                Item item = items.get(request.getGet().getKey());
                yield item == null
                        ? answer.build()
                        : answer.setFound(true)
                                .setValue(item.value())
                                .setRevision(item.revision())
                                .build();
            }
            case PUT ->
                written(answer, put(request.getPut().getKey(), request.getPut().getValue()));
            case APPEND ->
                written(
                        answer,
                        append(request.getAppend().getKey(), request.getAppend().getValue()));
            case DELETE ->
                answer.setFound(items.remove(request.getDelete().getKey()) != null)
                        .setRevision(++revision)
                        .build();
            case COMPARE_AND_SET -> swap(answer, request.getCompareAndSet());
            case BATCH -> {
                for (BatchItem item : request.getBatch().getItemsList()) {
                    put(item.getPut().getKey(), item.getPut().getValue());
                }
                yield written(answer, revision);
            }
            case ASK -> answer.setAsked(StatusCode.CANCELLED).build();
            case OP_NOT_SET ->
                answer.setCode(StatusCode.INVALID).setMessage("no operation").build();
        };
    }

    private KvResponse swap(KvResponse.Builder answer, CompareAndSet swap) {
        Item item = items.get(swap.getKey());
        long found = item == null ? 0 : item.revision();
        if (found != swap.getExpectedRevision()) {
            return answer.setCode(StatusCode.CONDITION_FAILED)
                    .setRevision(found)
                    .build();
        }
        return written(answer, put(swap.getKey(), swap.getValue()));
    }

    private long put(ByteString key, ByteString value) {
        items.put(key, new Item(value, ++revision));
        return revision;
    }

    private long append(ByteString key, ByteString value) {
        Item item = items.get(key);
        return put(key, item == null ? value : item.value().concat(value));
    }

    private static KvResponse written(KvResponse.Builder answer, long revision) {
        return answer.setRevision(revision).build();
    }
}
