package io.ostraka.it.scenarios.kv;

import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Takes a lock again and again, and each time adds one to a number in a way that is only right if nobody else does. */
final class LockUser {

    private static final long RETRY_MILLIS = 20;

    private final StoreCluster cluster;
    private final StoreClerk clerk;
    private final StoreLock lock;
    private final String counter;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private int left;

    LockUser(StoreCluster cluster, StoreClerk clerk, StoreLock lock, String counter, int rounds) {
        this.cluster = cluster;
        this.clerk = clerk;
        this.lock = lock;
        this.counter = counter;
        this.left = rounds;
    }

    /** Begins; done when all rounds are. */
    CompletableFuture<Void> begin() {
        next();
        return end;
    }

    private void next() {
        if (left == 0) {
            end.complete(null);
            return;
        }
        CompletableFuture<?> _ = lock.acquiring().thenCompose(this::use).whenComplete((used, failure) -> {
            if (failure != null) {
                end.completeExceptionally(failure);
            } else {
                left -= used ? 1 : 0;
                cluster.afterMillis(RETRY_MILLIS, this::next);
            }
        });
    }

    private CompletionStage<Boolean> use(OptionalLong tenure) {
        if (tenure.isEmpty()) {
            return CompletableFuture.completedFuture(false);
        }
        return clerk.getting(counter)
                .thenCompose(number -> clerk.putting(counter, "" + (Integer.parseInt(number) + 1)))
                .thenCompose(_ -> lock.releasing(tenure.getAsLong()))
                .thenApply(released -> {
                    if (!released) {
                        throw new AssertionError(clerk.name() + " lost a lock that nobody may have taken");
                    }
                    return true;
                });
    }
}
