package io.ostraka.raft.runtime.transport;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.ostraka.proto.Hello;
import io.ostraka.proto.raft.RaftFrame;
import io.ostraka.proto.raft.RaftFrameAck;
import io.ostraka.raft.core.NodeId;
import io.ostraka.raft.runtime.host.AddressBook;
import io.ostraka.raft.runtime.host.Clock;
import io.ostraka.raft.runtime.host.PeerMessage;
import io.ostraka.raft.runtime.host.Transport;
import io.ostraka.raft.runtime.host.TransportListener;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messages over gRPC: to each node one stream that this node opens, from each node one that it opens. Both begin with a
 * greeting. {@link GrpcRaftService} offers the receiving end to a server.
 */
public final class GrpcTransport implements Transport {

    private static final Logger log = LoggerFactory.getLogger(GrpcTransport.class);

    private final Handshake handshake;
    private final AddressBook addresses;
    private final Clock clock;
    private final Connector connector;
    private final TransportOptions options;
    private final RandomGenerator seeds;
    private final Map<NodeId, PeerLink> links = new ConcurrentHashMap<>();
    private final Map<NodeId, Session> sessions = new ConcurrentHashMap<>();
    private volatile @Nullable TransportListener listener;
    private volatile boolean closed;

    /** Makes a transport; nothing is connected until something is sent. */
    public GrpcTransport(
            NodeIdentity self,
            AddressBook addresses,
            Clock clock,
            Connector connector,
            TransportOptions options,
            long randomSeed) {
        this.handshake = new Handshake(self);
        this.addresses = addresses;
        this.clock = clock;
        this.connector = connector;
        this.options = options;
        this.seeds = RandomGeneratorFactory.of("L64X128MixRandom").create(randomSeed);
    }

    @Override
    public void start(TransportListener arrivals) {
        listener = arrivals;
    }

    @Override
    public boolean send(NodeId to, PeerMessage message) {
        return !closed && links.computeIfAbsent(to, this::link).send(message);
    }

    private PeerLink link(NodeId to) {
        long seed;
        synchronized (seeds) {
            seed = seeds.nextLong();
        }
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        return new PeerLink(
                to,
                () -> addresses.addressOf(to),
                new PeerLink.Means(handshake, clock, connector, options),
                new Backoff(options.retryFirstMillis(), options.retryLongestMillis(), random),
                () -> unreachable(to));
    }

    private void unreachable(NodeId node) {
        TransportListener told = listener;
        if (told != null && !closed) {
            told.unreachable(node);
        }
    }

    @Override
    public void flush() {
        links.values().forEach(PeerLink::drain);
    }

    @Override
    public void close() {
        closed = true;
        links.values().forEach(PeerLink::close);
        sessions.values().forEach(session -> session.refuse(Status.UNAVAILABLE.withDescription("closing")));
    }

    Handshake handshake() {
        return handshake;
    }

    Connector connector() {
        return connector;
    }

    /** Takes a stream that another node has opened. */
    StreamObserver<RaftFrame> accept(ServerCallStreamObserver<RaftFrameAck> acks) {
        acks.disableAutoRequest();
        acks.request(1);
        return new Session(acks);
    }

    /**
     * An incoming stream. Its frames come one at a time; what it keeps is touched by them alone, but for the ending.
     */
    private final class Session implements StreamObserver<RaftFrame> {
        private final ServerCallStreamObserver<RaftFrameAck> acks;
        private @Nullable Hello hello;
        private boolean over;

        private Session(ServerCallStreamObserver<RaftFrameAck> acks) {
            this.acks = acks;
        }

        @Override
        public void onNext(RaftFrame frame) {
            TransportListener told = listener;
            if (isOver()) {
                // What is left of a stream that a newer one has replaced must not be taken after what came on that one.
                return;
            }
            if (told == null || closed) {
                refuse(Status.UNAVAILABLE.withDescription("not started, or closing"));
            } else if (hello == null) {
                greet(frame, told);
            } else {
                take(new NodeId(hello.getNodeId()), frame, told);
            }
        }

        private void greet(RaftFrame frame, TransportListener told) {
            if (!frame.hasHello()) {
                refuse(Status.INVALID_ARGUMENT.withDescription("the first frame must be a greeting"));
                return;
            }
            Handshake.Refused refused = handshake.check(frame.getHello());
            if (refused != null) {
                log.warn("refused a stream of node {}: {}", frame.getHello().getNodeId(), refused.reason());
                answer(RaftFrameAck.newBuilder()
                        .setRefusal(refused.code())
                        .setReason(refused.reason())
                        .build());
                end();
                return;
            }
            Hello greeting = frame.getHello();
            hello = greeting;
            Session before = sessions.put(new NodeId(greeting.getNodeId()), this);
            if (before != null) {
                boolean restarted =
                        before.hello != null && before.hello.getStartCounter() != greeting.getStartCounter();
                before.refuse(Status.ABORTED.withDescription("replaced by a newer stream"));
                if (restarted) {
                    told.unreachable(new NodeId(greeting.getNodeId()));
                }
            }
            answer(RaftFrameAck.newBuilder().setHello(handshake.self().hello()).build());
            acks.request(options.framesInHand());
        }

        private void take(NodeId from, RaftFrame frame, TransportListener told) {
            try {
                List<PeerMessage> messages = RaftCodec.decode(frame);
                told.received(from, messages, () -> acks.request(1));
            } catch (MalformedFrameException malformed) {
                log.warn("ended the stream of node {}: {}", from, malformed.getMessage());
                refuse(Status.INVALID_ARGUMENT.withDescription(malformed.getMessage()));
            }
        }

        private synchronized boolean isOver() {
            return over;
        }

        private synchronized void answer(RaftFrameAck ack) {
            if (!over) {
                acks.onNext(ack);
            }
        }

        private synchronized void end() {
            if (!over) {
                over = true;
                acks.onCompleted();
            }
        }

        private synchronized void refuse(Status status) {
            if (!over) {
                over = true;
                acks.onError(status.asRuntimeException());
            }
        }

        /** The session stays known, so that the next greeting shows whether the node's process is another one. */
        @Override
        public synchronized void onError(Throwable cause) {
            over = true;
        }

        @Override
        public void onCompleted() {
            end();
        }
    }
}
