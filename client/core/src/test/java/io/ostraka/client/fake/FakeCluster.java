package io.ostraka.client.fake;

import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.ostraka.client.OstrakaAdmin;
import io.ostraka.client.OstrakaClient;
import io.ostraka.proto.Feature;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ClusterTerms;
import io.ostraka.proto.config.ConfigHash;
import io.ostraka.proto.config.ConfigWire;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.GroupRow;
import io.ostraka.proto.config.NodeRow;
import io.ostraka.proto.config.ReplicaRow;
import io.ostraka.proto.config.ShardRow;
import io.ostraka.proto.controller.BackupReply;
import io.ostraka.proto.controller.BackupRequest;
import io.ostraka.proto.controller.ChangeReply;
import io.ostraka.proto.controller.ChangeRequest;
import io.ostraka.proto.controller.ControllerBackup;
import io.ostraka.proto.controller.ControllerGrpc;
import io.ostraka.proto.controller.ControllerStatusReply;
import io.ostraka.proto.controller.ControllerStatusRequest;
import io.ostraka.proto.controller.FormatReply;
import io.ostraka.proto.controller.FormatRequest;
import io.ostraka.proto.controller.InitialiseReply;
import io.ostraka.proto.controller.InitialiseRequest;
import io.ostraka.proto.controller.QueryReply;
import io.ostraka.proto.controller.QueryRequest;
import io.ostraka.proto.controller.RecoveryState;
import io.ostraka.proto.controller.WatchEvent;
import io.ostraka.proto.controller.WatchRequest;
import io.ostraka.proto.kv.KvGrpc;
import io.ostraka.proto.kv.KvRequest;
import io.ostraka.proto.kv.KvRequestFrame;
import io.ostraka.proto.kv.KvResponse;
import io.ostraka.proto.kv.KvResponseFrame;
import io.ostraka.proto.node.NodeServiceGrpc;
import io.ostraka.proto.node.NodeStatus;
import io.ostraka.proto.node.NodeStatusRequest;
import io.ostraka.proto.node.ReplicaStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One process that answers as a controller and as the only node of group 100, over a real socket. What it answers is up
 * to the test: {@link #onChange} and {@link #onRequest} replace its first behaviour, a store in memory. An answer that
 * is null is never sent.
 */
public final class FakeCluster implements AutoCloseable {

    private static final AtomicBoolean WARM = new AtomicBoolean();

    /** Identity of the cluster. */
    public static final long CLUSTER_ID = 0x05712A4AL;

    /** Every frame that arrived. */
    public final List<KvRequestFrame> frames = new CopyOnWriteArrayList<>();

    /** Every change that arrived; one that is repeated under its request id is the same change. */
    public final List<ChangeRequest> changes = new CopyOnWriteArrayList<>();

    /** Founding records in their order. */
    public final List<InitialiseRequest> foundings = new CopyOnWriteArrayList<>();

    /** What a query tells of shards that lost their group. */
    public final List<RecoveryState> recoveries = new CopyOnWriteArrayList<>();

    private final FakeStore store = new FakeStore();
    private final Server server;
    private volatile Function<ChangeRequest, @Nullable ChangeReply> changeAnswer = FakeCluster::accepted;
    private volatile Function<KvRequest, @Nullable KvResponse> requestAnswer = store::answer;
    private volatile StatusCode streamRefusal = StatusCode.OK;
    private final AtomicInteger queries = new AtomicInteger();
    private volatile StatusCode controllerCode = StatusCode.OK;
    private volatile StatusCode foundingCode = StatusCode.OK;
    private volatile int featureLevel = Feature.NEWEST_LEVEL;

    private FakeCluster() {
        try {
            this.server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .directExecutor()
                    .maxInboundMessageSize(16 << 20)
                    .addService(new Kv())
                    .addService(new Controller())
                    .addService(new Node())
                    .build()
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The feature level that its controller says it knows. */
    public void knowsLevel(int level) {
        featureLevel = level;
    }

    /** Starts it on a free port of the loopback interface. */
    public static FakeCluster start() {
        if (!WARM.getAndSet(true)) {
            warmUp();
        }
        return new FakeCluster();
    }

    /** The first calls of a JVM load thousands of classes, which is no part of the time that a test gives a call. */
    private static void warmUp() {
        Duration patience = Duration.ofMinutes(5);
        try (FakeCluster cluster = new FakeCluster();
                OstrakaClient client = OstrakaClient.builder()
                        .controllers(cluster.address())
                        .timeout(patience)
                        .build();
                OstrakaAdmin admin = OstrakaAdmin.builder()
                        .controllers(cluster.address())
                        .timeout(patience)
                        .build()) {
            client.put("warm", "up");
            admin.query();
        }
    }

    /** {@code host:port} of the process. */
    public String address() {
        return "127.0.0.1:" + server.getPort();
    }

    /** Answers requests like this from now on. */
    public void onRequest(Function<KvRequest, @Nullable KvResponse> answer) {
        requestAnswer = answer;
    }

    /** Answers changes of the configuration like this from now on. */
    public void onChange(Function<ChangeRequest, @Nullable ChangeReply> answer) {
        changeAnswer = answer;
    }

    /** Takes requests and never answers them. */
    public void fallSilent() {
        onRequest(request -> null);
    }

    /** Refuses streams with this code from now on. */
    public void refuseStreams(StatusCode code) {
        streamRefusal = code;
    }

    /** Answers queries with this code from now on. */
    public void refuseQueries(StatusCode code) {
        controllerCode = code;
    }

    /** Answers founding records with this code from now on. */
    public void refuseFoundings(StatusCode code) {
        foundingCode = code;
    }

    /** How many queries have arrived. */
    public int queries() {
        return queries.get();
    }

    /** What the store would answer. */
    public KvResponse storeAnswer(KvRequest request) {
        return store.answer(request);
    }

    /** The configuration: 16 shards, all of group 100, whose one node is this process. */
    public ClusterConfig config() {
        GroupRef group = new GroupRef(100, 1);
        List<ShardRow> shards = new ArrayList<>();
        for (int shard = 0; shard < 16; shard++) {
            shards.add(new ShardRow(shard, group, 1, null, shard == 3));
        }
        GroupRow row = new GroupRow(group, false, 1, List.of(new ReplicaRow(11, 21, true, false)));
        return new ClusterConfig(
                CLUSTER_ID,
                1,
                18,
                ConfigHash.NONE,
                ClusterTerms.FOUNDED,
                shards,
                new ClusterConfig.Directory(List.of(row), List.of(new NodeRow(21, address()))));
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private static ChangeReply accepted(ChangeRequest change) {
        return ChangeReply.newBuilder()
                .setCode(StatusCode.OK)
                .setChanged(true)
                .setNum(2)
                .setRevision(19)
                .build();
    }

    private static <T> void reply(StreamObserver<T> observer, @Nullable T value) {
        if (value != null) {
            observer.onNext(value);
            observer.onCompleted();
        }
    }

    private synchronized void arrived(ChangeRequest change) {
        if (changes.stream().noneMatch(known -> known.getRequestId().equals(change.getRequestId()))) {
            changes.add(change);
        }
    }

    private final class Kv extends KvGrpc.KvImplBase {
        @Override
        public StreamObserver<KvRequestFrame> session(StreamObserver<KvResponseFrame> responses) {
            return new StreamObserver<>() {
                @Override
                public void onNext(KvRequestFrame frame) {
                    frames.add(frame);
                    KvResponseFrame.Builder answer = KvResponseFrame.newBuilder();
                    if (streamRefusal != StatusCode.OK) {
                        responses.onNext(answer.setRefusal(streamRefusal)
                                .setReason("this is another cluster")
                                .build());
                        responses.onCompleted();
                        return;
                    }
                    for (KvRequest request : frame.getRequestsList()) {
                        KvResponse response = requestAnswer.apply(request);
                        if (response != null) {
                            answer.addResponses(response.toBuilder().setId(request.getId()));
                        }
                    }
                    if (answer.getResponsesCount() > 0) {
                        responses.onNext(answer.build());
                    }
                }

                @Override
                public void onError(Throwable error) {}

                @Override
                public void onCompleted() {
                    responses.onCompleted();
                }
            };
        }
    }

    private final class Controller extends ControllerGrpc.ControllerImplBase {
        @Override
        public void query(QueryRequest request, StreamObserver<QueryReply> observer) {
            queries.incrementAndGet();
            if (request.getNum() > 1) {
                reply(
                        observer,
                        QueryReply.newBuilder()
                                .setCode(StatusCode.NO_SUCH_CONFIG)
                                .setMessage("there is no configuration " + request.getNum() + " yet, the latest is 1")
                                .build());
                return;
            }
            QueryReply.Builder answer = QueryReply.newBuilder().setCode(controllerCode);
            if (controllerCode == StatusCode.OK) {
                answer.setConfig(ConfigWire.toWire(config())).addAllRecoveries(recoveries);
            }
            reply(observer, answer.build());
        }

        @Override
        public void change(ChangeRequest request, StreamObserver<ChangeReply> observer) {
            arrived(request);
            reply(observer, changeAnswer.apply(request));
        }

        @Override
        public void watch(WatchRequest request, StreamObserver<WatchEvent> observer) {
            observer.onNext(WatchEvent.newBuilder()
                    .setCode(StatusCode.OK)
                    .setFull(ConfigWire.toWire(config()))
                    .build());
        }

        @Override
        public void status(ControllerStatusRequest request, StreamObserver<ControllerStatusReply> observer) {
            reply(
                    observer,
                    ControllerStatusReply.newBuilder()
                            .setClusterId(CLUSTER_ID)
                            .setNodeId(21)
                            .setFeatureLevel(featureLevel)
                            .setAddress(address())
                            .setInitialised(true)
                            .setReplicaId(1)
                            .setRole("leader")
                            .setTerm(3)
                            .setNum(1)
                            .setRevision(18)
                            .build());
        }

        @Override
        public void backup(BackupRequest request, StreamObserver<BackupReply> observer) {
            reply(
                    observer,
                    BackupReply.newBuilder()
                            .setCode(controllerCode)
                            .setBackup(ControllerBackup.newBuilder()
                                    .setConfig(ConfigWire.toWire(config()))
                                    .setNextReplicaId(99))
                            .build());
        }

        @Override
        public void format(FormatRequest request, StreamObserver<FormatReply> observer) {
            reply(
                    observer,
                    FormatReply.newBuilder()
                            .setCode(controllerCode)
                            .setMessage(controllerCode == StatusCode.OK ? "" : "this controller is initialised already")
                            .setReplicaId(31)
                            .setNodeId(21)
                            .build());
        }

        @Override
        public void initialise(InitialiseRequest request, StreamObserver<InitialiseReply> observer) {
            foundings.add(request);
            reply(observer, InitialiseReply.newBuilder().setCode(foundingCode).build());
        }
    }

    private final class Node extends NodeServiceGrpc.NodeServiceImplBase {
        @Override
        public void status(NodeStatusRequest request, StreamObserver<NodeStatus> observer) {
            ReplicaStatus replica = ReplicaStatus.newBuilder()
                    .setGroup(io.ostraka.proto.GroupRef.newBuilder().setGid(100).setIncarnation(1))
                    .setReplicaId(11)
                    .setRole("leader")
                    .setTerm(5)
                    .setCommitIndex(40)
                    .setAppliedIndex(40)
                    .build();
            reply(
                    observer,
                    NodeStatus.newBuilder()
                            .setClusterId(CLUSTER_ID)
                            .setNodeId(21)
                            .setAddress(address())
                            .setVersion("test")
                            .addReplicas(replica)
                            .build());
        }
    }
}
