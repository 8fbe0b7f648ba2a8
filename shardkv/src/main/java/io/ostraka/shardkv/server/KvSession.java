package io.ostraka.shardkv.server;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.ostraka.proto.Id128;
import io.ostraka.proto.kv.KvRequestFrame;
import io.ostraka.proto.kv.KvResponse;
import io.ostraka.proto.kv.KvResponseFrame;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One client's stream. The first frame greets; a frame's requests go to the router together. While the client does not
 * read its answers, no further frame is taken in.
 */
final class KvSession implements StreamObserver<KvRequestFrame> {

    private final NodeGreeting greeting;
    private final KvRouter router;
    private final ClientStreams streams;
    private final ServerCallStreamObserver<KvResponseFrame> transport;
    private final ResponseStream responses;
    private final AtomicLong unanswered = new AtomicLong();
    private volatile boolean takesNoMore;
    private volatile boolean waitsForReader;
    private boolean greeted;
    private Id128 session = Id128.getDefaultInstance();

    KvSession(
            NodeGreeting greeting,
            KvRouter router,
            ClientStreams streams,
            ServerCallStreamObserver<KvResponseFrame> transport,
            long pendingBytesMax) {
        this.greeting = greeting;
        this.router = router;
        this.streams = streams;
        this.transport = transport;
        responses = new ResponseStream(transport, pendingBytesMax);
        transport.disableAutoRequest();
        transport.setOnReadyHandler(this::ready);
        transport.setOnCancelHandler(this::cancelled);
        transport.setOnCloseHandler(() -> streams.ended(this));
        transport.request(1);
    }

    @Override
    public void onNext(KvRequestFrame frame) {
        if (!greeted && !greet(frame)) {
            return;
        }
        if (frame.hasSession()) {
            session = frame.getSession();
        }
        if (frame.getRequestsCount() > 0) {
            unanswered.addAndGet(frame.getRequestsCount());
            router.submit(session, frame.getRequestsList(), this::answer);
        }
        takeNext();
    }

    private boolean greet(KvRequestFrame frame) {
        greeted = true;
        HelloCheck.Refusal refusal = streams.refusal();
        if (refusal == null) {
            refusal = HelloCheck.of(frame.getHello(), greeting.clusterId().getAsLong());
        }
        KvResponseFrame.Builder answer = KvResponseFrame.newBuilder().setHello(greeting.hello());
        if (refusal != null) {
            responses.refuse(answer.setRefusal(refusal.code())
                    .setReason(refusal.reason())
                    .build());
            return false;
        }
        responses.greet(answer.build());
        return true;
    }

    private void answer(List<KvResponse> answers) {
        responses.send(answers);
        if (unanswered.addAndGet(-answers.size()) == 0 && takesNoMore) {
            responses.completeWhenSent();
        }
    }

    /** Takes no further frame, and ends the stream after the answers to what it took; any thread. */
    void finish() {
        takesNoMore = true;
        if (unanswered.get() == 0) {
            responses.completeWhenSent();
        }
    }

    private void takeNext() {
        if (takesNoMore) {
            return;
        }
        if (responses.congested()) {
            waitsForReader = true;
            // The reader may have caught up between the two; then nobody else would ask.
            if (!responses.congested()) {
                ready();
            }
        } else {
            transport.request(1);
        }
    }

    private void ready() {
        responses.drain();
        if (waitsForReader && !responses.congested()) {
            waitsForReader = false;
            transport.request(1);
        }
    }

    @Override
    public void onError(Throwable failure) {
        cancelled();
    }

    private void cancelled() {
        responses.cancelled();
        streams.ended(this);
    }

    @Override
    public void onCompleted() {
        if (greeted) {
            finish();
        } else {
            responses.fail(Status.INVALID_ARGUMENT.withDescription("the stream ended before its greeting"));
        }
    }
}
