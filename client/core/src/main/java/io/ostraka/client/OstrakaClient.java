package io.ostraka.client;

import io.ostraka.client.internal.ClientOptions;
import io.ostraka.client.internal.Endings;
import io.ostraka.client.internal.RealOstrakaClient;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/**
 * A client of one Ostraka cluster: reads that are linearizable, writes that take effect at most once however often they
 * are retried on the way. It finds the group that holds each key, follows shards as they move, and sends over one
 * multiplexed stream a node.
 *
 * <p>Thread-safe; one instance a process is enough. Every call has a deadline ({@link Builder#timeout}) and ends as
 * applied, {@linkplain NotAppliedException not applied}, or {@linkplain OutcomeUnknownException unknown}. Calls that
 * are in flight at the same time may take effect in any order; who needs an order waits for one before making the next.
 *
 * <p><b>Async calls</b> return at once, but wait while {@link Builder#maxInFlight} calls or
 * {@link Builder#maxInFlightBytes} bytes of the client are unanswered. Their futures are completed on the client's own
 * thread: what is chained to them must not block (use the {@code …Async} methods of the future for that), may make
 * further async calls, which then never wait, and gets an {@link IllegalStateException} for blocking ones. Cancelling a
 * future does not take back the call.
 *
 * <p><b>Blocking calls</b> are the same, waited for. They throw what the future would have failed with; a thread that
 * is interrupted meanwhile gets {@link java.util.concurrent.CancellationException} with its interrupt flag set, and the
 * outcome of a write is then unknown.
 */
public interface OstrakaClient extends AutoCloseable {

    /** Starts the description of a client. */
    static Builder builder() {
        return new Builder();
    }

    /** Reads a key, linearizably: every write that was acknowledged before this call is seen. */
    CompletableFuture<Optional<VersionedValue>> getAsync(Bytes key);

    /**
     * Reads a key from any replica, which spares the leader. Everything is seen that was acknowledged
     * {@code maxStaleness} before the replica was asked: with zero the read is as linearizable as {@link #getAsync},
     * and costs the replica a question to its leader; with more, one question is enough for all reads of that time.
     *
     * @param maxStaleness not negative; whole milliseconds count
     */
    CompletableFuture<Optional<VersionedValue>> getFromAnyReplicaAsync(Bytes key, Duration maxStaleness);

    /** Sets a key. */
    default CompletableFuture<Written> putAsync(Bytes key, Bytes value) {
        return putAsync(new Write.Put(key, value, 0));
    }

    /** Sets a key, possibly for a limited time. */
    CompletableFuture<Written> putAsync(Write.Put put);

    /** Appends to a key; a key that is absent counts as empty. */
    CompletableFuture<Written> appendAsync(Bytes key, Bytes value);

    /** Removes a key. */
    CompletableFuture<Deleted> deleteAsync(Bytes key);

    /** Changes a key only if its revision is the expected one. */
    CompletableFuture<Swapped> compareAndSetAsync(Write.CompareAndSet change);

    /**
     * Changes several keys of one shard, all or none: not applied if a condition among them does not hold. Keys share a
     * shard for certain if they share a hash tag, as <code>{user1}:name</code> and <code>{user1}:cart</code> do.
     */
    CompletableFuture<Swapped> batchAsync(List<? extends Write> writes);

    /**
     * Asks what became of a write whose outcome was unknown. One that has not run by then is cancelled for good. The
     * cluster remembers a write for about an hour, and the last 1,024 of one client in one shard.
     */
    CompletableFuture<Outcome> askOutcomeAsync(RequestId request);

    /** {@link #getAsync}, waited for. */
    default Optional<VersionedValue> get(Bytes key) {
        return Endings.await(getAsync(key));
    }

    /** {@link #getFromAnyReplicaAsync}, waited for. */
    default Optional<VersionedValue> getFromAnyReplica(Bytes key, Duration maxStaleness) {
        return Endings.await(getFromAnyReplicaAsync(key, maxStaleness));
    }

    /** {@link #getAsync} of a key in UTF-8, waited for. */
    default Optional<VersionedValue> get(String key) {
        return get(Bytes.utf8(key));
    }

    /** {@link #putAsync(Bytes, Bytes)}, waited for. */
    default Written put(Bytes key, Bytes value) {
        return Endings.await(putAsync(key, value));
    }

    /** {@link #putAsync(Bytes, Bytes)} of key and value in UTF-8, waited for. */
    default Written put(String key, String value) {
        return put(Bytes.utf8(key), Bytes.utf8(value));
    }

    /** Sets a key that is gone after {@code ttl}, and waits for it. */
    default Written put(Bytes key, Bytes value, Duration ttl) {
        return Endings.await(putAsync(new Write.Put(key, value, ttl.toMillis())));
    }

    /** {@link #appendAsync}, waited for. */
    default Written append(Bytes key, Bytes value) {
        return Endings.await(appendAsync(key, value));
    }

    /** {@link #deleteAsync}, waited for. */
    default Deleted delete(Bytes key) {
        return Endings.await(deleteAsync(key));
    }

    /** {@link #compareAndSetAsync}, waited for. */
    default Swapped compareAndSet(Bytes key, long expectedRevision, Bytes value) {
        return Endings.await(compareAndSetAsync(Write.compareAndSet(key, expectedRevision, value)));
    }

    /** {@link #compareAndSetAsync}, waited for. */
    default Swapped compareAndSet(Write.CompareAndSet change) {
        return Endings.await(compareAndSetAsync(change));
    }

    /** {@link #batchAsync}, waited for. */
    default Swapped batch(List<? extends Write> writes) {
        return Endings.await(batchAsync(writes));
    }

    /** {@link #askOutcomeAsync}, waited for. */
    default Outcome askOutcome(RequestId request) {
        return Endings.await(askOutcomeAsync(request));
    }

    /**
     * Takes no further calls, waits for those in flight, at most until the last of their deadlines, then closes the
     * connections and ends the client's threads. Called again, or by several threads, it waits for the same end. Called
     * from a completion it does not wait.
     */
    @Override
    void close();

    /** Describes a client; not thread-safe. */
    final class Builder {

        private ClientOptions options = ClientOptions.DEFAULT;

        private Builder() {}

        /**
         * Where the controllers are, as {@code host:port,host:port,…}; the client needs to reach one of them.
         *
         * @throws IllegalArgumentException if an address is malformed
         */
        public Builder controllers(String addresses) {
            options = options.withControllers(ClientOptions.parseAddresses(addresses));
            return this;
        }

        /** How long a call may take before it ends as unavailable or unknown; 10 s unless set. */
        public Builder timeout(Duration timeout) {
            options = options.withTimeoutMillis(timeout.toMillis());
            return this;
        }

        /** Calls that may be unanswered at once before further ones wait; 1,024 unless set. */
        public Builder maxInFlight(int calls) {
            options = options.withInFlightMax(calls);
            return this;
        }

        /** Bytes of keys and values that may be unanswered at once before further calls wait; 64 MiB unless set. */
        public Builder maxInFlightBytes(long bytes) {
            options = options.withInFlightBytesMax(bytes);
            return this;
        }

        /**
         * Where to connect for an address that the cluster names, such as one that is only known behind a NAT or inside
         * a container network; the identity unless set.
         */
        public Builder addressMapping(UnaryOperator<String> mapping) {
            options = options.withAddressMapping(mapping);
            return this;
        }

        /**
         * A client as described. It connects when the first call is made.
         *
         * @throws IllegalArgumentException if no controller was named
         */
        public OstrakaClient build() {
            return RealOstrakaClient.start(options);
        }
    }
}
