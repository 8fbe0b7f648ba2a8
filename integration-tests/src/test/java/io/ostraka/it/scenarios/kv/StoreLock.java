package io.ostraka.it.scenarios.kv;

import io.ostraka.client.Bytes;
import io.ostraka.client.Write;
import io.ostraka.raft.testkit.history.KvOperation;
import io.ostraka.raft.testkit.history.KvResult;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A lock that one clerk takes, as one builds it on the store: a key that is there while somebody holds it, set only if
 * it is absent, and gone after a while if it is a lease. The revision at which it was set names the tenure.
 */
final class StoreLock {

    private final StoreCluster cluster;
    private final StoreClerk clerk;
    private final String key;
    private final long leaseMillis;

    /** @param leaseMillis after how long the lock is free again by itself; 0: never */
    StoreLock(StoreCluster cluster, StoreClerk clerk, String key, long leaseMillis) {
        this.cluster = cluster;
        this.clerk = clerk;
        this.key = key;
        this.leaseMillis = leaseMillis;
    }

    /** Takes the lock if it is free; the number names the tenure. */
    CompletableFuture<OptionalLong> acquiring() {
        return set(0, clerk.name());
    }

    OptionalLong acquire() {
        return cluster.await(clerk.name() + "'s attempt to take " + key, acquiring());
    }

    /** Holds the lock for as long again; empty if the tenure was over. */
    OptionalLong refresh(long tenure) {
        return cluster.await(clerk.name() + " holding on to " + key, set(tenure, clerk.name()));
    }

    /** Gives the lock back; done with false if the tenure was over. */
    CompletableFuture<Boolean> releasing(long tenure) {
        return set(tenure, null).thenApply(OptionalLong::isPresent);
    }

    boolean release(long tenure) {
        return cluster.await(clerk.name() + " giving back " + key, releasing(tenure));
    }

    /** Keys that expire are not for a history, so leases are left out of it. */
    private CompletableFuture<OptionalLong> set(long expectedRevision, @Nullable String value) {
        if (leaseMillis == 0) {
            return clerk.call(new KvOperation.CompareAndSet(key, expectedRevision, value))
                    .thenApply(StoreLock::tenure);
        }
        Bytes content = value == null ? null : Bytes.utf8(value);
        long millis = value == null ? 0 : leaseMillis;
        return clerk.client()
                .compareAndSetAsync(new Write.CompareAndSet(Bytes.utf8(key), expectedRevision, content, millis))
                .thenApply(swapped -> swapped.applied() ? OptionalLong.of(swapped.revision()) : OptionalLong.empty());
    }

    private static OptionalLong tenure(KvResult result) {
        return result instanceof KvResult.Applied(long revision) ? OptionalLong.of(revision) : OptionalLong.empty();
    }
}
