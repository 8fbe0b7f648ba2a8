package io.ostraka.client.internal;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.ostraka.client.internal.routing.Effects.Header;
import io.ostraka.client.internal.routing.Effects.Send;
import io.ostraka.client.internal.routing.Reply;
import io.ostraka.client.internal.routing.SessionName;
import io.ostraka.proto.Hello;
import io.ostraka.proto.Id128;
import io.ostraka.proto.ProtocolVersion;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.kv.KvGrpc;
import io.ostraka.proto.kv.KvRequestFrame;
import io.ostraka.proto.kv.KvResponseFrame;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * The one stream to a node. What is to be sent waits here until the transport takes it, and then leaves in as few
 * frames as the caps allow: under load batches form by themselves, and nothing is ever held back for company.
 *
 * <p>Owned by the client's loop thread; gRPC's callbacks only post to that.
 */
final class NodeStream {

    private static final int FRAME_REQUESTS_MAX = 128;
    private static final long FRAME_BYTES_MAX = 1 << 20;

    /** Hears of the stream on gRPC's thread. */
    interface Listener {
        void answered(NodeStream stream, List<Reply> replies);

        void ready(NodeStream stream);

        void failed(NodeStream stream, StatusCode refusal, String reason);
    }

    private final String address;
    private final ManagedChannel channel;
    private final SessionName session;
    private final ClientCallStreamObserver<KvRequestFrame> requests;
    private final Deque<Send> outbox = new ArrayDeque<>();
    private final long clusterId;
    private boolean greeted;

    NodeStream(String address, ManagedChannel channel, long clusterId, SessionName session, Listener listener) {
        this.address = address;
        this.channel = channel;
        this.clusterId = clusterId;
        this.session = session;
        this.requests = (ClientCallStreamObserver<KvRequestFrame>)
                KvGrpc.newStub(channel).session(new Responses(this, listener));
    }

    String address() {
        return address;
    }

    void enqueue(Send send) {
        outbox.addLast(send);
    }

    /**
     * Sends what waits, as far as the transport takes it without buffering much.
     *
     * @param handOver told each attempt that leaves; says whether it is still wanted
     */
    void flush(LongPredicate handOver) {
        while (!outbox.isEmpty() && requests.isReady()) {
            KvRequestFrame frame = nextFrame(handOver);
            if (frame.getRequestsCount() > 0) {
                requests.onNext(frame);
            }
        }
    }

    /** Ends the stream and its connection. What was not handed over never leaves. */
    void close(String reason) {
        outbox.clear();
        requests.cancel(reason, null);
        channel.shutdownNow();
    }

    private KvRequestFrame nextFrame(LongPredicate handOver) {
        KvRequestFrame.Builder frame = KvRequestFrame.newBuilder();
        SessionName frameSession = sessionOf(outbox.getFirst());
        frame.setSession(Id128.newBuilder().setHigh(frameSession.high()).setLow(frameSession.low()));
        long bytes = 0;
        while (!outbox.isEmpty() && frame.getRequestsCount() < FRAME_REQUESTS_MAX) {
            Send next = outbox.getFirst();
            bytes += next.operation().sizeBytes();
            boolean fits = frame.getRequestsCount() == 0 || bytes <= FRAME_BYTES_MAX;
            if (!fits || !sessionOf(next).equals(frameSession)) {
                break;
            }
            outbox.removeFirst();
            if (handOver.test(next.attempt())) {
                frame.addRequests(Wire.request(next));
            }
        }
        if (!greeted && frame.getRequestsCount() > 0) {
            greeted = true;
            frame.setHello(Hello.newBuilder().setClusterId(clusterId).setProtocolVersion(ProtocolVersion.CURRENT));
        }
        return frame.build();
    }

    /** Only a question for another client's write is asked in another session. */
    private SessionName sessionOf(Send send) {
        Header header = send.header();
        return header == null ? session : header.session();
    }

    private static final class Responses implements ClientResponseObserver<KvRequestFrame, KvResponseFrame> {

        private final NodeStream stream;
        private final Listener listener;

        Responses(NodeStream stream, Listener listener) {
            this.stream = stream;
            this.listener = listener;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<KvRequestFrame> observer) {
            observer.setOnReadyHandler(() -> listener.ready(stream));
        }

        @Override
        public void onNext(KvResponseFrame frame) {
            StatusCode refusal = frame.getRefusal();
            if (refusal != StatusCode.STATUS_UNSPECIFIED && refusal != StatusCode.OK) {
                listener.failed(stream, refusal, frame.getReason());
                return;
            }
            List<Reply> replies =
                    frame.getResponsesList().stream().map(Wire::reply).toList();
            listener.answered(stream, replies);
        }

        @Override
        public void onError(Throwable error) {
            listener.failed(stream, StatusCode.OK, NetworkTrouble.of(Status.fromThrowable(error)));
        }

        @Override
        public void onCompleted() {
            listener.failed(stream, StatusCode.OK, "the node ended the stream");
        }
    }
}
