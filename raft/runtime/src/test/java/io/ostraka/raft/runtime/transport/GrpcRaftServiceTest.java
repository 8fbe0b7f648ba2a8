package io.ostraka.raft.runtime.transport;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.ostraka.proto.Hello;
import io.ostraka.proto.ProtocolVersion;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.raft.GroupMessage;
import io.ostraka.proto.raft.NodeHeartbeat;
import io.ostraka.proto.raft.RaftFrame;
import io.ostraka.proto.raft.RaftFrameAck;
import io.ostraka.proto.raft.RaftTransportGrpc;
import io.ostraka.proto.raft.SnapshotAck;
import io.ostraka.proto.raft.SnapshotChunk;
import io.ostraka.proto.raft.SnapshotFrame;
import io.ostraka.proto.raft.SnapshotHeader;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.NodeId;
import io.ostraka.raft.runtime.host.AddressBook;
import io.ostraka.raft.runtime.host.NodeHeartbeatAck;
import io.ostraka.raft.runtime.host.PeerMessage;
import io.ostraka.raft.runtime.host.ThreadWorkers;
import io.ostraka.raft.runtime.host.TransportListener;
import io.ostraka.raft.runtime.snapshot.IncomingSnapshot;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a node does with streams that others open, over a transport whose threads have nothing to do. */
class GrpcRaftServiceTest {

    private static final long CLUSTER = 99;

    private final NetworkThreads network = NetworkThreads.start(1);
    private final GrpcTransport transport = transport(new AddressBook());
    private final GrpcSnapshots snapshots =
            new GrpcSnapshots(transport, new AddressBook(), () -> 0, new ThreadWorkers(), TransportOptions.DEFAULT);
    private final Arrivals arrivals = new Arrivals();
    private final Answers<RaftFrameAck> answers = new Answers<>();
    private final Server server;
    private final ManagedChannel channel;

    GrpcRaftServiceTest() throws Exception {
        server = InProcessServerBuilder.forName("node-1")
                .directExecutor()
                .addService(new GrpcRaftService(transport, snapshots))
                .build()
                .start();
        channel = InProcessChannelBuilder.forName("node-1").directExecutor().build();
    }

    @BeforeEach
    void start() {
        transport.start(arrivals);
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        server.shutdownNow();
        snapshots.close();
        network.close();
    }

    private GrpcTransport transport(AddressBook addresses) {
        return new GrpcTransport(
                new NodeIdentity(CLUSTER, new NodeId(1), 1),
                addresses,
                () -> 0,
                network.connector(TransportOptions.DEFAULT),
                TransportOptions.DEFAULT,
                1);
    }

    @Test
    void aGreetingIsAnswered() {
        open().onNext(greeting(hello(CLUSTER, 5)));

        assertThat(answers.received)
                .singleElement()
                .satisfies(ack -> assertThat(ack.getHello().getNodeId()).isEqualTo(1));
    }

    @Test
    void aNodeOfAnotherClusterIsToldSo() {
        open().onNext(greeting(hello(CLUSTER + 1, 5)));

        assertThat(answers.received)
                .singleElement()
                .satisfies(ack -> assertThat(ack.getRefusal()).isEqualTo(StatusCode.WRONG_CLUSTER));
    }

    @Test
    void anotherProtocolVersionIsToldSo() {
        Hello newer = hello(CLUSTER, 5).toBuilder()
                .setProtocolVersion(ProtocolVersion.CURRENT + 1)
                .build();
        open().onNext(greeting(newer));

        assertThat(answers.received)
                .singleElement()
                .satisfies(ack -> assertThat(ack.getRefusal()).isEqualTo(StatusCode.UNSUPPORTED_VERSION));
    }

    @Test
    void nothingIsTakenBeforeAGreeting() {
        open().onNext(RaftFrame.newBuilder()
                .setHeartbeat(NodeHeartbeat.newBuilder())
                .build());

        assertThat(arrivals.frames).isEmpty();
        assertThat(answers.code()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    }

    @Test
    void aMalformedFrameEndsTheStreamAndNothingElse() {
        StreamObserver<RaftFrame> stream = open();
        stream.onNext(greeting(hello(CLUSTER, 5)));
        stream.onNext(
                RaftFrame.newBuilder().addMessages(GroupMessage.newBuilder()).build());

        assertThat(answers.code()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(arrivals.frames).isEmpty();
    }

    /** FAULTS X2: what a peer can make this node hold is bounded. */
    @Test
    void noMoreFramesAreTakenThanTheHostDealsWith() {
        StreamObserver<RaftFrame> stream = open();
        stream.onNext(greeting(hello(CLUSTER, 5)));
        for (int i = 0; i < 20; i++) {
            stream.onNext(RaftFrame.newBuilder()
                    .setHeartbeat(NodeHeartbeat.newBuilder())
                    .build());
        }
        assertThat(arrivals.frames).hasSize(TransportOptions.DEFAULT.framesInHand());

        arrivals.taken.getFirst().run();

        assertThat(arrivals.frames).hasSize(TransportOptions.DEFAULT.framesInHand() + 1);
    }

    @Test
    void aNodeThatComesBackInALaterStartIsReportedAsLostInBetween() {
        open().onNext(greeting(hello(CLUSTER, 5)));
        open().onNext(greeting(hello(CLUSTER, 6)));

        assertThat(arrivals.unreachable).containsExactly(new NodeId(2));
    }

    /** What an earlier run of the node has sent must not be taken after what its next run has. */
    @Test
    void aReplacedStreamIsNotListenedToAnyMore() {
        StreamObserver<RaftFrame> old = transport.accept(new DeafAnswers());
        old.onNext(greeting(hello(CLUSTER, 5)));
        transport.accept(new DeafAnswers()).onNext(greeting(hello(CLUSTER, 6)));

        old.onNext(
                RaftFrame.newBuilder().setHeartbeat(NodeHeartbeat.newBuilder()).build());

        assertThat(arrivals.frames).isEmpty();
    }

    @Test
    void anAddressThatCannotBeOneLosesTheMessageAndNothingElse() {
        AddressBook addresses = new AddressBook();
        addresses.setAddress(new NodeId(2), InetSocketAddress.createUnresolved("no_host_name", 1));
        GrpcTransport sending = transport(addresses);

        assertThat(sending.send(new NodeId(2), new NodeHeartbeatAck(1, 1, List.of(), true)))
                .isFalse();
    }

    @Test
    void aSnapshotsChunkThatWasDamagedOnTheWayIsNotTaken() {
        List<io.ostraka.raft.runtime.statemachine.SnapshotChunk> chunks = new ArrayList<>();
        snapshots.start((from, offer, incoming) -> incoming.accept(0, new IncomingSnapshot.Sink() {
            @Override
            public void chunk(io.ostraka.raft.runtime.statemachine.SnapshotChunk chunk, boolean last) {
                chunks.add(chunk);
                incoming.taken(chunk.sequence() + 1);
            }

            @Override
            public void broken() {}
        }));
        Answers<SnapshotAck> acks = new Answers<>();
        StreamObserver<SnapshotFrame> stream =
                RaftTransportGrpc.newStub(channel).installSnapshot(acks);
        stream.onNext(SnapshotFrame.newBuilder()
                .setHeader(SnapshotHeader.newBuilder().setHello(hello(CLUSTER, 5)))
                .build());
        ByteString data = ByteString.copyFromUtf8("rows");
        int crc = Checksum.of(Bytes.utf8("rows"));
        stream.onNext(chunk(0, data, crc));
        stream.onNext(chunk(1, data, crc + 1));

        assertThat(chunks).hasSize(1);
        assertThat(acks.code()).isEqualTo(Status.Code.DATA_LOSS);
    }

    private static SnapshotFrame chunk(long sequence, ByteString data, int crc) {
        return SnapshotFrame.newBuilder()
                .setChunk(SnapshotChunk.newBuilder()
                        .setSequence(sequence)
                        .setData(data)
                        .setCrc32C(crc))
                .build();
    }

    private StreamObserver<RaftFrame> open() {
        return RaftTransportGrpc.newStub(channel).exchange(answers);
    }

    private static RaftFrame greeting(Hello hello) {
        return RaftFrame.newBuilder().setHello(hello).build();
    }

    private static Hello hello(long cluster, long start) {
        return Hello.newBuilder()
                .setClusterId(cluster)
                .setProtocolVersion(ProtocolVersion.CURRENT)
                .setNodeId(2)
                .setStartCounter(start)
                .build();
    }

    /** The server's end of a stream, without a client. */
    private static final class DeafAnswers extends ServerCallStreamObserver<RaftFrameAck> {

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public void setOnCancelHandler(Runnable handler) {}

        @Override
        public void setCompression(String compression) {}

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setOnReadyHandler(Runnable handler) {}

        @Override
        public void request(int count) {}

        @Override
        public void setMessageCompression(boolean enable) {}

        @Override
        public void disableAutoRequest() {}

        @Override
        public void disableAutoInboundFlowControl() {}

        @Override
        public void onNext(RaftFrameAck ack) {}

        @Override
        public void onError(Throwable cause) {}

        @Override
        public void onCompleted() {}
    }

    private static final class Arrivals implements TransportListener {
        private final List<List<PeerMessage>> frames = new ArrayList<>();
        private final List<Runnable> taken = new ArrayList<>();
        private final List<NodeId> unreachable = new ArrayList<>();

        @Override
        public void received(NodeId from, List<PeerMessage> messages, Runnable dealtWith) {
            frames.add(messages);
            taken.add(dealtWith);
        }

        @Override
        public void unreachable(NodeId node) {
            unreachable.add(node);
        }
    }

    private static final class Answers<T> implements StreamObserver<T> {
        private final List<T> received = new ArrayList<>();
        private @Nullable Throwable failure;

        private Status.@Nullable Code code() {
            return failure == null ? null : Status.fromThrowable(failure).getCode();
        }

        @Override
        public void onNext(T value) {
            received.add(value);
        }

        @Override
        public void onError(Throwable cause) {
            failure = cause;
        }

        @Override
        public void onCompleted() {}
    }
}
