package io.ostraka.client.internal;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.grpc.CallOptions;
import io.grpc.ClientStreamTracer;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Single calls to controllers and nodes, over connections that are kept for a while and closed when they leave the
 * cache: by age, by number, after a failure, or at the end. Thread-safe.
 */
final class UnaryCalls implements AutoCloseable {

    private static final int CONNECTIONS_MAX = 64;
    private static final Duration IDLE = Duration.ofMinutes(5);

    private final ClientNetwork network;
    private final Cache<String, ManagedChannel> open;
    private volatile boolean closed;

    /** Calls over a network, whose connections age by this clock. */
    UnaryCalls(ClientNetwork network, Clock clock) {
        this.network = network;
        this.open = KeptConnections.of(clock, CONNECTIONS_MAX, IDLE, UnaryCalls::shutDown);
    }

    /** Makes one call. The future fails with {@link CallFailedException}. */
    <Q, A> CompletableFuture<A> call(String address, MethodDescriptor<Q, A> method, Q question, long timeoutMillis) {
        if (closed) {
            return CompletableFuture.failedFuture(
                    new CallFailedException(address, Status.CANCELLED.withDescription("the client is closed"), false));
        }
        ManagedChannel channel;
        try {
            channel = open.get(address, network::open);
        } catch (RuntimeException e) {
            // The address came with an answer, or from a mapping of the user's own.
            return CompletableFuture.failedFuture(new CallFailedException(
                    address,
                    Status.UNAVAILABLE
                            .withDescription("no address: " + e.getMessage())
                            .withCause(e),
                    false));
        }
        CompletableFuture<A> answer = new CompletableFuture<>();
        Departure departure = new Departure();
        CallOptions options = CallOptions.DEFAULT
                .withDeadline(network.deadlineAfter(timeoutMillis))
                .withStreamTracerFactory(departure);
        ClientCalls.asyncUnaryCall(channel.newCall(method, options), question, new StreamObserver<A>() {
            @Override
            public void onNext(A value) {
                answer.complete(value);
            }

            @Override
            public void onError(Throwable error) {
                open.asMap().remove(address, channel);
                answer.completeExceptionally(
                        new CallFailedException(address, Status.fromThrowable(error), departure.happened()));
            }

            @Override
            public void onCompleted() {
                // It nearly always is done, and an exception costs a stack trace.
                if (!answer.isDone()) {
                    answer.completeExceptionally(
                            new CallFailedException(address, Status.INTERNAL.withDescription("no answer"), true));
                }
            }
        });
        return answer;
    }

    ManagedChannel channel(String address) {
        return open.get(address, network::open);
    }

    /** Ends all calls under way, and closes the connections; whoever asks again is refused. */
    @Override
    public void close() {
        closed = true;
        open.asMap().values().forEach(ManagedChannel::shutdownNow);
        open.invalidateAll();
        open.cleanUp();
    }

    private static void shutDown(@Nullable String address, @Nullable ManagedChannel channel, RemovalCause cause) {
        if (channel != null) {
            channel.shutdown();
        }
    }

    /** Notes whether the request was given to a connection: until then it cannot have had an effect. */
    private static final class Departure extends ClientStreamTracer.Factory {
        private volatile boolean happened;

        @Override
        public ClientStreamTracer newClientStreamTracer(ClientStreamTracer.StreamInfo info, Metadata headers) {
            return new ClientStreamTracer() {
                @Override
                public void outboundMessage(int sequence) {
                    happened = true;
                }
            };
        }

        boolean happened() {
            return happened;
        }
    }

    /** A call to one address failed. */
    static final class CallFailedException extends Exception {
        private static final long serialVersionUID = 1;

        private final boolean departed;

        CallFailedException(String address, Status status, boolean departed) {
            super(address + ": " + NetworkTrouble.of(status), status.getCause());
            this.departed = departed;
        }

        /** Whether the call certainly never reached the other side. */
        boolean isUnsent() {
            return !departed;
        }
    }
}
