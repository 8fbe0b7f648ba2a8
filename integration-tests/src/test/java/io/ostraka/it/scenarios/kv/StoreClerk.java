package io.ostraka.it.scenarios.kv;

import io.ostraka.client.OstrakaClient;
import io.ostraka.client.Outcome;
import io.ostraka.client.OutcomeUnknownException;
import io.ostraka.client.RequestId;
import io.ostraka.client.UnavailableException;
import io.ostraka.it.history.KvCalls;
import io.ostraka.raft.testkit.history.HistoryRecorder;
import io.ostraka.raft.testkit.history.KvOperation;
import io.ostraka.raft.testkit.history.KvResult;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * The classic clerk: a client that makes one call at a time and goes on until it knows how it ended. A call that had no
 * effect is made again. One whose outcome is unknown is asked for, which cancels it if it has not run yet: so here,
 * too, every call takes effect exactly once. All attempts are recorded.
 */
final class StoreClerk {

    private static final long PAUSE_MILLIS = 50;

    private final StoreCluster cluster;
    private final StoreHistory history;
    private final String name;
    private final OstrakaClient client;
    private final StoreCluster.Place place;

    StoreClerk(StoreCluster cluster, StoreHistory history, String name, long timeoutMillis) {
        StoreCluster.PlacedClient placed = cluster.newClient(timeoutMillis);
        this.cluster = cluster;
        this.history = history;
        this.name = name;
        this.client = placed.client();
        this.place = placed.place();
    }

    String name() {
        return name;
    }

    /** The client itself, for calls that no history takes down. */
    OstrakaClient client() {
        return client;
    }

    StoreCluster.Place place() {
        return place;
    }

    // ---- calls that are waited for

    void put(String key, String value) {
        cluster.await(name + "'s put of " + key, call(new KvOperation.Put(key, value)));
    }

    void append(String key, String value) {
        cluster.await(name + "'s append to " + key, call(new KvOperation.Append(key, value)));
    }

    void delete(String key) {
        cluster.await(name + "'s delete of " + key, call(new KvOperation.Delete(key)));
    }

    /** The value of a key, empty if it is absent. */
    String get(String key) {
        return cluster.await(name + "'s get of " + key, getting(key));
    }

    CompletableFuture<String> getting(String key) {
        return call(new KvOperation.Get(key)).thenApply(StoreClerk::valueOf);
    }

    CompletableFuture<KvResult> putting(String key, String value) {
        return call(new KvOperation.Put(key, value));
    }

    /** Appends these, one after the other. */
    CompletableFuture<?> appending(String key, List<String> values) {
        return values.isEmpty()
                ? CompletableFuture.completedFuture(null)
                : call(new KvOperation.Append(key, values.getFirst()))
                        .thenCompose(_ -> appending(key, values.subList(1, values.size())));
    }

    /** What a get found, empty if the key is absent. */
    static String valueOf(KvResult result) {
        return result instanceof KvResult.Found found ? found.value() : "";
    }

    // ---- calls

    /** Makes a call; the outcome fails only with what must not be. */
    CompletableFuture<KvResult> call(KvOperation operation) {
        CompletableFuture<KvResult> outcome = new CompletableFuture<>();
        attempt(operation, outcome);
        return outcome;
    }

    private void attempt(KvOperation operation, CompletableFuture<KvResult> outcome) {
        HistoryRecorder<KvOperation, KvResult>.Open call = history.called(name, operation);
        CompletableFuture<?> _ = KvCalls.perform(client, operation).whenComplete((result, failure) -> {
            if (result != null) {
                end(call, result, outcome);
            } else {
                failed(operation, call, unwrapped(failure), outcome);
            }
        });
    }

    private void failed(
            KvOperation operation,
            HistoryRecorder<KvOperation, KvResult>.Open call,
            @Nullable Throwable failure,
            CompletableFuture<KvResult> outcome) {
        switch (failure) {
            case UnavailableException _ -> {
                call.notApplied();
                cluster.afterMillis(PAUSE_MILLIS, () -> attempt(operation, outcome));
            }
            case OutcomeUnknownException unknown -> {
                RequestId request = unknown.request().orElseThrow();
                history.named(call, request);
                ask(operation, call, request, outcome);
            }
            case null, default ->
                outcome.completeExceptionally(new AssertionError(name + ": " + operation + " failed", failure));
        }
    }

    private void ask(
            KvOperation operation,
            HistoryRecorder<KvOperation, KvResult>.Open call,
            RequestId request,
            CompletableFuture<KvResult> outcome) {
        CompletableFuture<?> _ = client.askOutcomeAsync(request).whenComplete((became, failure) -> {
            switch (became) {
                case Outcome.Applied(long revision) -> end(call, new KvResult.Applied(revision), outcome);
                case Outcome.ConditionFailed(long found) -> end(call, new KvResult.ConditionFailed(found), outcome);
                case Outcome.NotApplied _ -> {
                    call.notApplied();
                    cluster.afterMillis(PAUSE_MILLIS, () -> attempt(operation, outcome));
                }
                case Outcome.NoLongerKnown _ ->
                    outcome.completeExceptionally(
                            new AssertionError(name + ": nobody knows what became of " + operation));
                case null -> again(operation, call, request, outcome, unwrapped(failure));
            }
        });
    }

    private void again(
            KvOperation operation,
            HistoryRecorder<KvOperation, KvResult>.Open call,
            RequestId request,
            CompletableFuture<KvResult> outcome,
            @Nullable Throwable failure) {
        switch (failure) {
            case UnavailableException _ ->
                cluster.afterMillis(PAUSE_MILLIS, () -> ask(operation, call, request, outcome));
            case OutcomeUnknownException _ ->
                cluster.afterMillis(PAUSE_MILLIS, () -> ask(operation, call, request, outcome));
            case null, default ->
                outcome.completeExceptionally(
                        new AssertionError(name + ": asking for " + operation + " failed", failure));
        }
    }

    private static void end(
            HistoryRecorder<KvOperation, KvResult>.Open call, KvResult result, CompletableFuture<KvResult> outcome) {
        call.returned(result);
        outcome.complete(result);
    }

    private static @Nullable Throwable unwrapped(@Nullable Throwable failure) {
        return failure instanceof CompletionException ? failure.getCause() : failure;
    }
}
