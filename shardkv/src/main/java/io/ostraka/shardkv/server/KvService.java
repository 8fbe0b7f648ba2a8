package io.ostraka.shardkv.server;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.ostraka.proto.kv.KvCall;
import io.ostraka.proto.kv.KvGrpc;
import io.ostraka.proto.kv.KvRequestFrame;
import io.ostraka.proto.kv.KvResponse;
import io.ostraka.proto.kv.KvResponseFrame;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** The service for clients. Its handlers run on the transport's threads and never block. */
final class KvService extends KvGrpc.KvImplBase {

    private final NodeGreeting greeting;
    private final KvRouter router;
    private final ClientStreams streams;
    private final long streamPendingBytesMax;

    KvService(NodeGreeting greeting, KvRouter router, ClientStreams streams, long streamPendingBytesMax) {
        this.greeting = greeting;
        this.router = router;
        this.streams = streams;
        this.streamPendingBytesMax = streamPendingBytesMax;
    }

    @Override
    public StreamObserver<KvRequestFrame> session(StreamObserver<KvResponseFrame> responses) {
        KvSession session = new KvSession(
                greeting,
                router,
                streams,
                (ServerCallStreamObserver<KvResponseFrame>) responses,
                streamPendingBytesMax);
        streams.opened(session);
        return session;
    }

    @Override
    public void call(KvCall call, StreamObserver<KvResponse> responses) {
        HelloCheck.Refusal refusal = streams.refusal();
        if (refusal == null) {
            refusal = HelloCheck.of(call.getHello(), greeting.clusterId().getAsLong());
        }
        if (refusal != null) {
            responses.onNext(Replies.reply(call.getRequest().getId(), refusal.code(), refusal.reason())
                    .build());
            responses.onCompleted();
            return;
        }
        ServerCallStreamObserver<KvResponse> caller = (ServerCallStreamObserver<KvResponse>) responses;
        // Set so that an answer to a caller who is gone is dropped instead of thrown back.
        caller.setOnCancelHandler(() -> {});
        AtomicBoolean answered = new AtomicBoolean();
        router.submit(call.getSession(), List.of(call.getRequest()), answers -> {
            if (answered.compareAndSet(false, true)) {
                caller.onNext(answers.getFirst());
                caller.onCompleted();
            }
        });
    }
}
