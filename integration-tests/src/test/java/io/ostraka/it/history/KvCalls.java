package io.ostraka.it.history;

import io.ostraka.client.Bytes;
import io.ostraka.client.OstrakaClient;
import io.ostraka.client.Swapped;
import io.ostraka.client.VersionedValue;
import io.ostraka.client.Write;
import io.ostraka.raft.testkit.history.KvOperation;
import io.ostraka.raft.testkit.history.KvResult;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Has a client do what an operation of a history says, and says in a history's words what came of it. */
public final class KvCalls {

    private KvCalls() {}

    /** Begins an operation; reads ask the leader. Does not block. */
    public static CompletableFuture<KvResult> perform(OstrakaClient client, KvOperation operation) {
        return switch (operation) {
            case KvOperation.Get(String key) -> client.getAsync(Bytes.utf8(key)).thenApply(KvCalls::result);
            case KvOperation.Put(String key, String value) ->
                client.putAsync(Write.put(key, value)).thenApply(written -> new KvResult.Applied(written.revision()));
            case KvOperation.Append(String key, String value) ->
                client.appendAsync(Bytes.utf8(key), Bytes.utf8(value))
                        .thenApply(written -> new KvResult.Applied(written.revision()));
            case KvOperation.Delete(String key) ->
                client.deleteAsync(Bytes.utf8(key))
                        .thenApply(deleted -> new KvResult.Deleted(deleted.existed(), deleted.revision()));
            case KvOperation.CompareAndSet change ->
                client.compareAndSetAsync(compareAndSet(change)).thenApply(KvCalls::result);
            case KvOperation.Batch(List<KvOperation.Write> items) ->
                client.batchAsync(writes(items)).thenApply(KvCalls::result);
        };
    }

    /** What a read found. */
    public static KvResult result(Optional<VersionedValue> found) {
        return found.<KvResult>map(value -> new KvResult.Found(value.value().toUtf8(), value.revision()))
                .orElseGet(KvResult.Absent::new);
    }

    /** What became of a write with a condition. */
    public static KvResult result(Swapped swapped) {
        return swapped.applied()
                ? new KvResult.Applied(swapped.revision())
                : new KvResult.ConditionFailed(swapped.revision());
    }

    /** The writes of a batch, for the client. */
    public static List<Write> writes(List<KvOperation.Write> items) {
        return items.stream().map(KvCalls::write).toList();
    }

    private static Write write(KvOperation.Write item) {
        return switch (item) {
            case KvOperation.Put(String key, String value) -> Write.put(key, value);
            case KvOperation.Append(String key, String value) -> Write.append(Bytes.utf8(key), Bytes.utf8(value));
            case KvOperation.Delete(String key) -> Write.delete(Bytes.utf8(key));
            case KvOperation.CompareAndSet change -> compareAndSet(change);
        };
    }

    /** A compare-and-set, for the client; without a value it deletes. */
    public static Write.CompareAndSet compareAndSet(KvOperation.CompareAndSet change) {
        String value = change.value();
        return new Write.CompareAndSet(
                Bytes.utf8(change.key()), change.expectedRevision(), value == null ? null : Bytes.utf8(value), 0);
    }
}
