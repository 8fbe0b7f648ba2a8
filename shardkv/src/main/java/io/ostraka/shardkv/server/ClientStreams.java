package io.ostraka.shardkv.server;

import io.ostraka.proto.StatusCode;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The streams of clients that are open on this node. Before a planned stop it takes no more of them, and then ends each
 * after the answers that it owes, so that no client has to guess what became of a request. Thread-safe.
 */
final class ClientStreams {

    private static final HelloCheck.Refusal STOPPING =
            new HelloCheck.Refusal(StatusCode.NOT_READY, "this node is stopping; ask another replica of the group");

    private final Set<KvSession> open = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<Void> allEnded = new CompletableFuture<>();
    private volatile boolean takesMore = true;
    private volatile boolean ending;

    /** Why no greeting is taken, or null. */
    HelloCheck.@Nullable Refusal refusal() {
        return takesMore ? null : STOPPING;
    }

    /** From now on greetings are refused; the streams that were greeted go on. */
    void takeNoMore() {
        takesMore = false;
    }

    /** Ends all streams; completes when the last one has. */
    CompletableFuture<Void> end() {
        takesMore = false;
        ending = true;
        open.forEach(KvSession::finish);
        completeIfEmpty();
        return allEnded;
    }

    void opened(KvSession session) {
        open.add(session);
    }

    void ended(KvSession session) {
        open.remove(session);
        completeIfEmpty();
    }

    private void completeIfEmpty() {
        if (ending && open.isEmpty()) {
            allEnded.complete(null);
        }
    }
}
