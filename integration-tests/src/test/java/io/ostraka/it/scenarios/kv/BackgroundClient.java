package io.ostraka.it.scenarios.kv;

import io.ostraka.raft.testkit.history.KvOperation;
import io.ostraka.raft.testkit.history.KvResult;
import java.util.concurrent.CompletableFuture;

/** A clerk that makes one call after the other, by itself, until it is told to stop. For any thread. */
final class BackgroundClient {

    /** What it calls. One method runs at a time, each after what happened before. */
    interface Script {

        KvOperation next();

        /** A call ended; {@link AssertionError} if not as it must. */
        void ended(KvOperation operation, KvResult result);
    }

    private final StoreCluster cluster;
    private final StoreClerk clerk;
    private final Script script;
    private final long pauseMillis;
    private final CompletableFuture<Long> end = new CompletableFuture<>();
    private volatile boolean stopping;
    private long calls;

    private BackgroundClient(StoreCluster cluster, StoreClerk clerk, Script script, long pauseMillis) {
        this.cluster = cluster;
        this.clerk = clerk;
        this.script = script;
        this.pauseMillis = pauseMillis;
    }

    /** Begins to call, with a pause between two calls. */
    static BackgroundClient begin(StoreCluster cluster, StoreClerk clerk, Script script, long pauseMillis) {
        BackgroundClient client = new BackgroundClient(cluster, clerk, script, pauseMillis);
        client.next();
        return client;
    }

    private void next() {
        if (stopping) {
            end.complete(calls);
            return;
        }
        KvOperation operation = script.next();
        CompletableFuture<?> _ = clerk.call(operation).whenComplete((result, failure) -> {
            if (failure != null) {
                end.completeExceptionally(failure);
                return;
            }
            calls++;
            try {
                script.ended(operation, result);
                cluster.afterMillis(pauseMillis, this::next);
            } catch (AssertionError e) {
                end.completeExceptionally(e);
            }
        });
    }

    /** Begins nothing more; {@link #end} follows once the last call has ended. */
    void stop() {
        stopping = true;
    }

    /** How many calls ended; there once it has stopped. */
    CompletableFuture<Long> end() {
        return end;
    }

    String name() {
        return clerk.name();
    }
}
