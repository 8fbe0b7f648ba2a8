package io.ostraka.shardkv.server;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.ostraka.proto.kv.KvResponse;
import io.ostraka.proto.kv.KvResponseFrame;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The answering side of a client's stream. Any thread puts answers; whoever comes first sends for all, so what gathers
 * meanwhile leaves as one frame, and nobody waits for a lock. Only what the transport takes at once is given to it;
 * what a slow reader leaves here is bounded, and past the bound the stream is closed.
 */
final class ResponseStream {

    private static final long FRAME_BYTES = 256 * 1024;
    private static final int FRAME_RESPONSES = 1024;
    private static final long RESPONSE_OVERHEAD_BYTES = 64;

    private final ServerCallStreamObserver<KvResponseFrame> transport;
    private final long pendingBytesMax;
    private final Queue<KvResponse> pending = new ConcurrentLinkedQueue<>();
    private final AtomicLong pendingBytes = new AtomicLong();
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicReference<@Nullable Runnable> ending = new AtomicReference<>();
    private volatile boolean finishing;
    private boolean ended;

    ResponseStream(ServerCallStreamObserver<KvResponseFrame> transport, long pendingBytesMax) {
        this.transport = transport;
        this.pendingBytesMax = pendingBytesMax;
    }

    /** Sends the greeting; only before anything else. */
    void greet(KvResponseFrame greeting) {
        transport.onNext(greeting);
    }

    /** Sends answers, now or as soon as the reader takes them. */
    void send(List<KvResponse> responses) {
        if (responses.isEmpty() || ending.get() != null) {
            return;
        }
        long bytes = 0;
        for (KvResponse response : responses) {
            bytes += sizeOf(response);
        }
        if (pendingBytes.addAndGet(bytes) > pendingBytesMax) {
            fail(Status.RESOURCE_EXHAUSTED.withDescription(
                    "the stream's answers are not read fast enough; read them, or ask for less at once"));
            return;
        }
        pending.addAll(responses);
        drain();
    }

    /** Whether so much waits to be read that no further request should be taken in. */
    boolean congested() {
        return pendingBytes.get() > pendingBytesMax / 4;
    }

    /** Goes on sending; called when the transport takes more. */
    void drain() {
        if (calls.getAndIncrement() != 0) {
            return;
        }
        int seen = 1;
        do {
            if (!ended) {
                turn();
            }
            seen = calls.addAndGet(-seen);
        } while (seen != 0);
    }

    /** Says why the whole stream is refused, and ends it. */
    void refuse(KvResponseFrame refusal) {
        end(() -> {
            transport.onNext(refusal);
            transport.onCompleted();
        });
    }

    /** Ends the stream once everything that was put is sent. */
    void completeWhenSent() {
        finishing = true;
        drain();
    }

    /** Breaks the stream off. */
    void fail(Status status) {
        end(() -> transport.onError(status.asRuntimeException()));
    }

    /** The client is gone; answers still to come are dropped. */
    void cancelled() {
        end(() -> {});
    }

    private void end(Runnable last) {
        ending.compareAndSet(null, last);
        drain();
    }

    private void turn() {
        Runnable last = ending.get();
        if (last != null) {
            ended = true;
            pending.clear();
            last.run();
            return;
        }
        while (transport.isReady() && !pending.isEmpty()) {
            transport.onNext(nextFrame());
        }
        if (finishing && pending.isEmpty()) {
            ended = true;
            transport.onCompleted();
        }
    }

    private KvResponseFrame nextFrame() {
        KvResponseFrame.Builder frame = KvResponseFrame.newBuilder();
        long bytes = 0;
        while (bytes < FRAME_BYTES && frame.getResponsesCount() < FRAME_RESPONSES) {
            KvResponse response = pending.poll();
            if (response == null) {
                break;
            }
            frame.addResponses(response);
            bytes += sizeOf(response);
        }
        pendingBytes.addAndGet(-bytes);
        return frame.build();
    }

    private static long sizeOf(KvResponse response) {
        return RESPONSE_OVERHEAD_BYTES + response.getValue().size();
    }
}
