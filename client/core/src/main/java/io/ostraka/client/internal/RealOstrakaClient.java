package io.ostraka.client.internal;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.ostraka.client.Bytes;
import io.ostraka.client.ClientClosedException;
import io.ostraka.client.Deleted;
import io.ostraka.client.OstrakaClient;
import io.ostraka.client.Outcome;
import io.ostraka.client.RequestId;
import io.ostraka.client.Swapped;
import io.ostraka.client.UnavailableException;
import io.ostraka.client.VersionedValue;
import io.ostraka.client.Write;
import io.ostraka.client.Written;
import io.ostraka.client.internal.routing.Effects;
import io.ostraka.client.internal.routing.EngineConfig;
import io.ostraka.client.internal.routing.Operation;
import io.ostraka.client.internal.routing.Reply;
import io.ostraka.client.internal.routing.RequestEngine;
import io.ostraka.client.internal.routing.RoutingMap;
import io.ostraka.client.internal.routing.SessionName;
import io.ostraka.proto.StatusCode;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client that does: it feeds {@link RequestEngine} with what callers and nodes say, on one thread, and carries out
 * what the engine decides.
 */
public final class RealOstrakaClient implements OstrakaClient {

    private static final Logger LOG = LoggerFactory.getLogger(RealOstrakaClient.class);
    private static final int STREAMS_MAX = 1_024;
    private static final Duration STREAM_IDLE = Duration.ofMinutes(10);

    private final ClientOptions options;
    private final Clock clock;
    private final InFlightLimit limit;
    private final ClientNetwork network;
    private final UnaryCalls unary;
    private final Controllers controllers;
    private final ClientLoop loop;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final AtomicLong lastCall = new AtomicLong();
    private volatile boolean closing;

    // What follows belongs to the loop's thread.
    private final SessionName session;
    private final RequestEngine engine;
    private final Map<Long, Call<?>> calls = new HashMap<>();
    private final Set<NodeStream> dirty = new LinkedHashSet<>();
    private final Cache<String, NodeStream> streams;
    private final StreamEvents streamEvents = new StreamEvents();
    private long clusterId;
    private @Nullable Throwable broken;

    private RealOstrakaClient(ClientOptions options, ClientNetwork network, RandomGenerator random) {
        this.options = options;
        this.clock = options.clock();
        this.limit = new InFlightLimit(options.inFlightMax(), options.inFlightBytesMax());
        this.network = network;
        this.streams = KeptConnections.of(clock, STREAMS_MAX, STREAM_IDLE, this::streamLeft);
        this.unary = new UnaryCalls(network, clock);
        this.controllers = new Controllers(options.controllers(), unary, clock);
        this.session = new SessionName(random.nextLong(), random.nextLong());
        this.engine = new RequestEngine(
                EngineConfig.DEFAULT,
                String.join(", ", options.controllers()),
                session,
                new SplittableRandom(random.nextLong()));
        this.loop = new ClientLoop(network.thread(), clock, new LoopWork());
    }

    /** Starts a client. */
    public static RealOstrakaClient start(ClientOptions options) {
        ClientOptions checked = options.checked();
        return start(checked, new Channels(checked.addressMapping()), new SecureRandom());
    }

    /**
     * Starts a client on a network of its own.
     *
     * @param network what it reaches the cluster through; it closes that when it is closed
     * @param random what its session is named and its back-off drawn from: no two clients may draw the same name
     */
    public static RealOstrakaClient start(ClientOptions options, ClientNetwork network, RandomGenerator random) {
        return new RealOstrakaClient(options.checked(), network, random);
    }

    @Override
    public CompletableFuture<Optional<VersionedValue>> getAsync(Bytes key) {
        return submit(new Operation.Get(key, null), RealOstrakaClient::value);
    }

    @Override
    public CompletableFuture<Optional<VersionedValue>> getFromAnyReplicaAsync(Bytes key, Duration maxStaleness) {
        return submit(new Operation.Get(key, maxStaleness), RealOstrakaClient::value);
    }

    @Override
    public CompletableFuture<Written> putAsync(Write.Put put) {
        return submit(
                new Operation.Change(put), reply -> new Written(reply.content().revision()));
    }

    @Override
    public CompletableFuture<Written> appendAsync(Bytes key, Bytes value) {
        return submit(
                new Operation.Change(Write.append(key, value)),
                reply -> new Written(reply.content().revision()));
    }

    @Override
    public CompletableFuture<Deleted> deleteAsync(Bytes key) {
        return submit(
                new Operation.Change(Write.delete(key)),
                reply -> new Deleted(reply.content().found(), reply.content().revision()));
    }

    @Override
    public CompletableFuture<Swapped> compareAndSetAsync(Write.CompareAndSet change) {
        return submit(new Operation.Change(change), RealOstrakaClient::swapped);
    }

    @Override
    public CompletableFuture<Swapped> batchAsync(List<? extends Write> writes) {
        return submit(new Operation.Batch(List.copyOf(writes)), RealOstrakaClient::swapped);
    }

    @Override
    public CompletableFuture<Outcome> askOutcomeAsync(RequestId request) {
        if (request.t0Millis() == 0) {
            // A write without a time is refused wherever it arrives, so this one never ran.
            return CompletableFuture.completedFuture(new Outcome.NotApplied());
        }
        return submit(new Operation.Ask(request), Endings::outcome);
    }

    @Override
    public void close() {
        closing = true;
        loop.post(() -> {});
        if (!loop.isOwnThread()) {
            closed.join();
        }
    }

    private static Optional<VersionedValue> value(Reply reply) {
        Reply.Content content = reply.content();
        return content.found()
                ? Optional.of(new VersionedValue(content.value(), content.revision()))
                : Optional.empty();
    }

    private static Swapped swapped(Reply reply) {
        return new Swapped(reply.code() == StatusCode.OK, reply.content().revision());
    }

    private <T> CompletableFuture<T> submit(Operation operation, Function<Reply, T> result) {
        long deadline = clock.getAsLong() + TimeUnit.MILLISECONDS.toNanos(options.timeoutMillis());
        long bytes = operation.sizeBytes();
        if (closing) {
            return CompletableFuture.failedFuture(new ClientClosedException("the client has been closed"));
        }
        if (loop.isOwnThread()) {
            limit.takeAnyway(bytes);
        } else {
            try {
                if (!limit.take(bytes, TimeUnit.MILLISECONDS.toNanos(options.timeoutMillis()))) {
                    return CompletableFuture.failedFuture(new UnavailableException("the " + operation.describe()
                            + " was not sent: for " + options.timeoutMillis()
                            + " ms as many calls were unanswered as the"
                            + " client allows (" + options.inFlightMax() + " calls, " + options.inFlightBytesMax()
                            + " bytes)"));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return CompletableFuture.failedFuture(new UnavailableException(
                        "the " + operation.describe() + " was not sent: interrupted while waiting for room"));
            }
        }
        Call<T> call = new Call<>(lastCall.incrementAndGet(), bytes, result);
        loop.post(() -> begin(call, operation, deadline));
        if (closed.isDone()) {
            call.fail(new ClientClosedException("the client has been closed"));
        }
        return call.future;
    }

    // ---- on the loop's thread

    private void begin(Call<?> call, Operation operation, long deadline) {
        if (call.future.isDone() || broken != null || closed.isDone()) {
            call.fail(new ClientClosedException("the client has been closed"));
            limit.give(call.bytes);
            return;
        }
        calls.put(call.id, call);
        carryOut(engine.submit(call.id, operation, deadline, clock.getAsLong()));
    }

    private void carryOut(Effects effects) {
        for (String node : effects.disconnects()) {
            NodeStream stream = streams.getIfPresent(node);
            if (stream != null) {
                failed(stream, StatusCode.OK, "the node answers nothing");
            }
        }
        for (Effects.Send send : effects.sends()) {
            NodeStream stream = streams.get(send.node(), this::connect);
            stream.enqueue(send);
            dirty.add(stream);
        }
        if (effects.fetchMap()) {
            fetchMap();
        }
        for (Effects.Ended ended : effects.endings()) {
            Call<?> call = calls.remove(ended.id());
            if (call != null) {
                endThenGiveRoom(call, ended);
            }
        }
    }

    /** In this order, so that a caller who was let in for want of room can see whose end made it. */
    private void endThenGiveRoom(Call<?> call, Effects.Ended ended) {
        try {
            call.end(ended);
        } finally {
            limit.give(call.bytes);
        }
    }

    private NodeStream connect(String node) {
        LOG.debug("connecting to node {}", node);
        return new NodeStream(node, network.open(node), clusterId, session, streamEvents);
    }

    private void fetchMap() {
        CompletableFuture<?> unused = controllers
                .config(options.timeoutMillis())
                .whenComplete((config, error) -> {
                    RoutingMap map = config == null ? null : Wire.map(config);
                    loop.post(() -> {
                        long now = clock.getAsLong();
                        if (map == null) {
                            carryOut(engine.mapUnavailable(Controllers.reason(error), now));
                        } else {
                            clusterId = map.clusterId();
                            carryOut(engine.mapArrived(map, now));
                        }
                    });
                });
    }

    private void failed(NodeStream stream, StatusCode refusal, String reason) {
        if (streams.asMap().get(stream.address()) != stream) {
            return;
        }
        LOG.debug("the stream to node {} ended: {} {}", stream.address(), refusal, reason);
        streams.asMap().remove(stream.address(), stream);
        dirty.remove(stream);
        stream.close(reason);
        carryOut(engine.disconnected(stream.address(), refusal, reason, clock.getAsLong()));
    }

    /** A stream left the cache. If that was by age or number, what it carried goes elsewhere. */
    private void streamLeft(@Nullable String node, @Nullable NodeStream stream, RemovalCause cause) {
        if (stream != null && cause.wasEvicted()) {
            stream.close("idle");
            dirty.remove(stream);
            loop.post(() -> carryOut(engine.disconnected(
                    stream.address(), StatusCode.OK, "the connection was idle", clock.getAsLong())));
        }
    }

    private void finishClose() {
        for (NodeStream stream : streams.asMap().values()) {
            stream.close("the client closes");
        }
        streams.invalidateAll();
        unary.close();
        network.close();
        closed.complete(null);
    }

    /** One call that is not answered yet. */
    private static final class Call<T> {
        final long id;
        final long bytes;
        final CompletableFuture<T> future = new CompletableFuture<>();
        private final Function<Reply, T> result;

        Call(long id, long bytes, Function<Reply, T> result) {
            this.id = id;
            this.bytes = bytes;
            this.result = result;
        }

        void end(Effects.Ended ended) {
            Reply reply = ended.reply();
            Effects.Failure failure = ended.failure();
            if (reply != null) {
                future.complete(result.apply(reply));
            } else if (failure != null) {
                fail(Endings.exception(failure));
            }
        }

        void fail(Throwable error) {
            future.completeExceptionally(error);
        }
    }

    private final class StreamEvents implements NodeStream.Listener {
        @Override
        public void answered(NodeStream stream, List<Reply> replies) {
            loop.post(() -> {
                if (streams.asMap().get(stream.address()) == stream) {
                    carryOut(engine.answered(stream.address(), replies, clock.getAsLong()));
                }
            });
        }

        @Override
        public void ready(NodeStream stream) {
            loop.post(() -> dirty.add(stream));
        }

        @Override
        public void failed(NodeStream stream, StatusCode refusal, String reason) {
            loop.post(() -> RealOstrakaClient.this.failed(stream, refusal, reason));
        }
    }

    private final class LoopWork implements ClientLoop.Work {
        @Override
        public void flush() {
            long now = clock.getAsLong();
            dirty.forEach(stream -> stream.flush(attempt -> engine.handOver(attempt, now)));
            dirty.clear();
            if (closing && calls.isEmpty() && !closed.isDone()) {
                finishClose();
            }
        }

        @Override
        public void tick(long nowNanos) {
            carryOut(engine.tick(nowNanos));
        }

        @Override
        public long nextTickNanos() {
            return broken == null ? engine.nextWakeNanos() : Long.MAX_VALUE;
        }

        @Override
        public void broke(Throwable error) {
            LOG.error("the client's thread failed: every call of this client fails", error);
            broken = error;
            for (Call<?> call : new ArrayList<>(calls.values())) {
                call.fail(new IllegalStateException("the client failed", error));
                limit.give(call.bytes);
            }
            calls.clear();
            closing = true;
        }
    }
}
