package io.ostraka.raft.runtime.transport;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.config.HostPort;
import io.ostraka.proto.raft.RaftFrame;
import io.ostraka.proto.raft.RaftFrameAck;
import io.ostraka.proto.raft.RaftTransportGrpc;
import io.ostraka.raft.core.NodeId;
import io.ostraka.raft.runtime.host.Clock;
import io.ostraka.raft.runtime.host.PeerMessage;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The outgoing stream to one node: connects when there is something to send, gathers what waits into frames while the
 * stream takes them, and drops what does not fit its bound. Its lock guards all of its state and is held only for
 * moments: nothing under it blocks.
 */
final class PeerLink {

    private static final Logger log = LoggerFactory.getLogger(PeerLink.class);

    private final NodeId node;
    private final Supplier<@Nullable InetSocketAddress> address;
    private final Handshake handshake;
    private final Clock clock;
    private final Connector connector;
    private final TransportOptions options;
    private final Backoff backoff;
    private final Runnable onBroken;
    private final Deque<PeerMessage> queue = new ArrayDeque<>();
    private long queuedBytes;
    private @Nullable Attempt attempt;
    private boolean waiting;
    private long retryAtNanos;
    private @Nullable Long stalledSinceNanos;
    private String lastTrouble = "";
    private boolean closed;

    /** One stream, from the attempt to open it to its end. */
    private final class Attempt implements ClientResponseObserver<RaftFrame, RaftFrameAck> {
        private final ManagedChannel channel;
        private @Nullable ClientCallStreamObserver<RaftFrame> stream;
        private boolean greeted;

        private Attempt(ManagedChannel channel) {
            this.channel = channel;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<RaftFrame> requests) {
            stream = requests;
            requests.setOnReadyHandler(PeerLink.this::drain);
        }

        @Override
        public void onNext(RaftFrameAck ack) {
            greeted(this, ack);
        }

        @Override
        public void onError(Throwable cause) {
            ended(this, describe(Status.fromThrowable(cause)), false);
        }

        @Override
        public void onCompleted() {
            ended(this, "the other side ended the stream", false);
        }
    }

    /** What all links of a node share. */
    record Means(Handshake handshake, Clock clock, Connector connector, TransportOptions options) {}

    PeerLink(
            NodeId node,
            Supplier<@Nullable InetSocketAddress> address,
            Means means,
            Backoff backoff,
            Runnable onBroken) {
        this.node = node;
        this.address = address;
        this.handshake = means.handshake();
        this.clock = means.clock();
        this.connector = means.connector();
        this.options = means.options();
        this.backoff = backoff;
        this.onBroken = onBroken;
    }

    /** Queues a message; false if it was dropped. */
    synchronized boolean send(PeerMessage message) {
        long size = RaftCodec.sizeOf(message);
        if (closed || !connectIfDue() || (queuedBytes + size > options.queuedBytesMax() && !queue.isEmpty())) {
            return false;
        }
        queue.addLast(message);
        queuedBytes += size;
        return true;
    }

    /** Gives the stream what waits, as far as it takes it. */
    synchronized void drain() {
        Attempt current = attempt;
        if (current == null || current.stream == null || !current.greeted) {
            return;
        }
        while (!queue.isEmpty() && current.stream.isReady()) {
            stalledSinceNanos = null;
            current.stream.onNext(nextFrame());
        }
        if (queue.isEmpty()) {
            stalledSinceNanos = null;
        } else if (stalledSinceNanos == null) {
            stalledSinceNanos = clock.nanoTime();
        } else if (clock.nanoTime() - stalledSinceNanos > TimeUnit.MILLISECONDS.toNanos(options.stalledMillisMax())) {
            ended(current, "took nothing for " + options.stalledMillisMax() + " ms", false);
        }
    }

    private RaftFrame nextFrame() {
        RaftFrame.Builder frame = RaftFrame.newBuilder();
        long bytes = 0;
        int messages = 0;
        boolean single = false;
        PeerMessage next = queue.peekFirst();
        while (next != null && messages < options.frameMessagesMax()) {
            long size = RaftCodec.sizeOf(next);
            boolean full = messages > 0 && bytes + size > options.frameBytes();
            if (full || (single && RaftCodec.isSingle(next))) {
                break;
            }
            queue.removeFirst();
            queuedBytes -= size;
            RaftCodec.add(next, frame);
            bytes += size;
            messages++;
            single |= RaftCodec.isSingle(next);
            next = queue.peekFirst();
        }
        return frame.build();
    }

    private boolean connectIfDue() {
        if (attempt != null) {
            return true;
        }
        if (waiting && clock.nanoTime() - retryAtNanos < 0) {
            return false;
        }
        InetSocketAddress to = address.get();
        if (to == null) {
            retryLater();
            return false;
        }
        ManagedChannel channel;
        try {
            channel = connector.open(new HostPort(to.getHostString(), to.getPort()).toString());
        } catch (IllegalArgumentException malformed) {
            retryLater();
            noteTrouble("its address " + to.getHostString() + " is malformed: " + malformed.getMessage(), true);
            return false;
        }
        Attempt opened = new Attempt(channel);
        attempt = opened;
        RaftTransportGrpc.newStub(opened.channel).exchange(opened);
        ClientCallStreamObserver<RaftFrame> stream = opened.stream;
        if (stream != null && opened.equals(attempt)) {
            stream.onNext(
                    RaftFrame.newBuilder().setHello(handshake.self().hello()).build());
        }
        return opened.equals(attempt);
    }

    private synchronized void greeted(Attempt by, RaftFrameAck ack) {
        if (!by.equals(attempt)) {
            return;
        }
        if (ack.getRefusal() != StatusCode.STATUS_UNSPECIFIED) {
            ended(by, ack.getRefusal() + ": " + ack.getReason(), true);
            return;
        }
        Handshake.Refused refused = handshake.check(ack.getHello());
        if (refused != null) {
            ended(by, refused.code() + ": " + refused.reason(), true);
        } else if (ack.getHello().getNodeId() != node.value()) {
            ended(by, "node " + ack.getHello().getNodeId() + " answers at the address of node " + node, true);
        } else {
            by.greeted = true;
            backoff.reset();
            lastTrouble = "";
            log.info("connected to node {}", node);
            drain();
        }
    }

    private void ended(Attempt which, String why, boolean refused) {
        synchronized (this) {
            if (!which.equals(attempt)) {
                return;
            }
            attempt = null;
            queue.clear();
            queuedBytes = 0;
            stalledSinceNanos = null;
            retryLater();
            noteTrouble(why, refused);
        }
        which.channel.shutdownNow();
        onBroken.run();
    }

    /** Logs what is new. */
    private void noteTrouble(String why, boolean needsSomeone) {
        if (closed || why.equals(lastTrouble)) {
            return;
        }
        lastTrouble = why;
        if (needsSomeone) {
            log.error("node {} and this one do not talk: {}", node, why);
        } else {
            log.info("no connection to node {}: {}", node, why);
        }
    }

    /** In the same words as long as it is the same trouble. */
    static String describe(Status status) {
        Throwable cause = status.getCause();
        // The Java runtime words it differently when it remembers that it has just asked for the name.
        boolean nameless = cause instanceof UnknownHostException && status.getDescription() != null;
        String detail = cause == null || nameless ? status.getDescription() : cause.getMessage();
        return detail == null
                ? status.getCode().name()
                : detail.lines().findFirst().orElse("");
    }

    private void retryLater() {
        waiting = true;
        retryAtNanos = clock.nanoTime() + TimeUnit.MILLISECONDS.toNanos(backoff.nextMillis());
    }

    /** Ends the stream for good. */
    void close() {
        Attempt current;
        synchronized (this) {
            closed = true;
            current = attempt;
        }
        if (current != null) {
            ended(current, "closed", false);
        }
    }
}
