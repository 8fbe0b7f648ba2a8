package io.ostraka.shardkv.server.cluster;

import static io.ostraka.shardkv.server.cluster.TestClient.hello;
import static io.ostraka.shardkv.server.cluster.TestClient.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.ostraka.proto.Hello;
import io.ostraka.proto.Id128;
import io.ostraka.proto.Limits;
import io.ostraka.proto.ShardHash;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.config.ConfigWire;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.kv.Append;
import io.ostraka.proto.kv.AskOutcome;
import io.ostraka.proto.kv.Get;
import io.ostraka.proto.kv.KvCall;
import io.ostraka.proto.kv.KvGrpc;
import io.ostraka.proto.kv.KvRequest;
import io.ostraka.proto.kv.KvRequestFrame;
import io.ostraka.proto.kv.KvResponse;
import io.ostraka.proto.kv.KvResponseFrame;
import io.ostraka.proto.kv.Put;
import io.ostraka.proto.kv.ReadMode;
import io.ostraka.proto.kv.WriteHeader;
import io.ostraka.proto.node.NodeServiceGrpc;
import io.ostraka.proto.node.NodeStatus;
import io.ostraka.proto.node.NodeStatusRequest;
import io.ostraka.proto.node.ShardStatus;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** One node with a group of one replica, and clients of all manners. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class KvServiceIT {

    private static final int SHARDS = 8;
    private static final String KEY = "some key";

    /** Matters only on failure. */
    private static final int PATIENCE_SECONDS = 120;

    private final FakeController controller;
    private final TestNode node;
    private final GroupRef group;
    private final ManagedChannel channel;
    private final TestClient client;
    private long lastSession = 100;

    KvServiceIT(@TempDir Path directory) throws Exception {
        controller = new FakeController(SHARDS);
        node = new TestNode(directory, List.of(controller.address()), 1);
        ShardKvClusterIT.await("registered", () -> controller.config().nodes().size() == 1);
        group = controller.join(101, List.of(node.id()));
        controller.plan(group, IntStream.range(0, SHARDS).boxed().toList());
        channel = TestNode.connect(node.address());
        client = new TestClient(controller::config, 1);
    }

    /** Until every shard is born, the group has entries of its own to log. */
    @BeforeAll
    void bearEveryShard() {
        assertThat(client.put(KEY, "first").getCode()).isEqualTo(StatusCode.OK);
        for (int shard = 0; shard < SHARDS; shard++) {
            assertThat(client.put(ShardKvClusterIT.keyOf(shard, SHARDS), "first")
                            .getCode())
                    .isEqualTo(StatusCode.OK);
        }
    }

    @AfterEach
    void theNodeStillServes() {
        assertThat(client.put("probe", "x").getCode()).isEqualTo(StatusCode.OK);
        assertThat(node.broken()).isEmpty();
    }

    @AfterAll
    void stop() throws Exception {
        client.close();
        channel.shutdownNow();
        node.close();
        controller.close();
    }

    @Test
    void writesAndReadsAnswerWithValueRevisionAndTime() {
        KvResponse put = client.put("k", "v");
        assertThat(put.getRevision()).isPositive();
        assertThat(put.getShardTimeMillis()).isPositive();

        KvResponse got = client.get("k");
        assertThat(got.getFound()).isTrue();
        assertThat(got.getValue()).isEqualTo(utf8("v"));
        assertThat(got.getRevision()).isEqualTo(put.getRevision());

        assertThat(client.compareAndSet("k", put.getRevision() + 1, "other").getCode())
                .isEqualTo(StatusCode.CONDITION_FAILED);
        assertThat(client.compareAndSet("k", put.getRevision(), "w").getCode()).isEqualTo(StatusCode.OK);
        assertThat(client.append("k", "!").getCode()).isEqualTo(StatusCode.OK);
        assertThat(client.get("k").getValue()).isEqualTo(utf8("w!"));
        assertThat(client.delete("k").getFound()).isTrue();
        assertThat(client.delete("k").getFound()).isFalse();
        assertThat(client.get("k").getFound()).isFalse();
    }

    @Test
    void aReadFromAnyReplicaSeesWhatWasAcknowledged() {
        assertThat(client.put("any", "v").getCode()).isEqualTo(StatusCode.OK);

        KvResponse got =
                call(request("any").setGet(Get.newBuilder().setKey(utf8("any")).setMode(ReadMode.ANY_REPLICA)));

        assertThat(got.getValue()).isEqualTo(utf8("v"));
    }

    @Test
    void malformedRequestsAreRefusedBeforeTheLog() {
        long appliedBefore = appliedIndex();

        assertThat(call(request(KEY).setGet(Get.getDefaultInstance())).getMessage())
                .contains("empty");
        assertThat(call(put(ByteString.copyFrom(new byte[Limits.KEY_BYTES_MAX + 1]), utf8("v"), 1))
                        .getMessage())
                .contains("4097 bytes");
        assertThat(call(put(utf8(KEY), ByteString.copyFrom(new byte[Limits.VALUE_BYTES_MAX_DEFAULT + 1]), 1))
                        .getCode())
                .isEqualTo(StatusCode.INVALID);
        assertThat(call(put(utf8(KEY), utf8("v"), 1).setShard(SHARDS)).getMessage())
                .contains("does not exist");
        assertThat(call(put(utf8(KEY), utf8("v"), 1).clearWrite()).getMessage()).contains("no number");
        assertThat(call(request(KEY)).getMessage()).contains("names no operation");

        assertThat(appliedIndex()).isEqualTo(appliedBefore);
    }

    @Test
    void aMessageOverTheTransportsLimitEndsTheCallOnly() {
        ByteString huge = ByteString.copyFrom(new byte[Limits.MESSAGE_BYTES_MAX * 2]);

        assertThatThrownBy(() -> call(put(utf8(KEY), huge, 1))).isInstanceOf(StatusRuntimeException.class);
    }

    @Test
    void bytesThatAreNoProtobufEndTheCallOnly() {
        MethodDescriptor.Marshaller<byte[]> raw = new MethodDescriptor.Marshaller<>() {
            @Override
            public InputStream stream(byte[] value) {
                return new ByteArrayInputStream(value);
            }

            @Override
            public byte[] parse(InputStream stream) {
                return new byte[0];
            }
        };
        MethodDescriptor<byte[], byte[]> method = MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(KvGrpc.getCallMethod().getFullMethodName())
                .setRequestMarshaller(raw)
                .setResponseMarshaller(raw)
                .build();

        assertThatThrownBy(() -> ClientCalls.blockingUnaryCall(
                        channel,
                        method,
                        CallOptions.DEFAULT.withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS),
                        new byte[] {(byte) 0xff, (byte) 0xff, 1, 2, 3}))
                .isInstanceOf(StatusRuntimeException.class);
    }

    @Test
    void anotherClustersClientAndAnotherVersionAreRefused() throws InterruptedException {
        Hello other = hello().toBuilder().setClusterId(4711).build();
        Hello newer = hello().toBuilder().setProtocolVersion(99).build();

        assertThat(KvGrpc.newBlockingStub(channel)
                        .call(KvCall.newBuilder().setHello(other).build())
                        .getCode())
                .isEqualTo(StatusCode.WRONG_CLUSTER);
        assertThat(KvGrpc.newBlockingStub(channel)
                        .call(KvCall.newBuilder().setHello(newer).build())
                        .getCode())
                .isEqualTo(StatusCode.UNSUPPORTED_VERSION);
        try (Stream stream = new Stream(other)) {
            KvResponseFrame refusal = stream.next();
            assertThat(refusal.getRefusal()).isEqualTo(StatusCode.WRONG_CLUSTER);
            assertThat(refusal.getReason()).contains("check the addresses");
            assertThat(stream.ended()).isTrue();
        }
    }

    @Test
    void aGroupThatIsNotHereIsPointedElsewhere() {
        KvResponse answer = call(put(utf8(KEY), utf8("v"), 1)
                .setGroup(io.ostraka.proto.GroupRef.newBuilder().setGid(999).setIncarnation(1)));

        assertThat(answer.getCode()).isEqualTo(StatusCode.WRONG_GROUP);
        assertThat(answer.getHint().getGroup().getGid()).isEqualTo(101);
        assertThat(answer.getHint().getAddressesList()).containsExactly(node.address());
    }

    @Test
    void anEarlierIncarnationOfTheGroupIsAnotherGroup() {
        KvResponse answer = call(put(utf8(KEY), utf8("v"), 1)
                .setGroup(io.ostraka.proto.GroupRef.newBuilder().setGid(101).setIncarnation(group.incarnation() + 1)));

        assertThat(answer.getCode()).isEqualTo(StatusCode.WRONG_GROUP);
    }

    @Test
    void aWriteWithoutTimeIsToldTheTime() {
        KvResponse answer = call(put(utf8(KEY), utf8("v"), 0));

        assertThat(answer.getCode()).isEqualTo(StatusCode.TIME_NEEDED);
        assertThat(answer.getShardTimeMillis()).isPositive();
        assertThat(call(put(utf8(KEY), utf8("v"), Long.MAX_VALUE / 2)).getCode())
                .isEqualTo(StatusCode.TIME_NEEDED);
    }

    @Test
    void whatBecameOfAWriteCanBeAsked() {
        long now = now();
        KvRequest.Builder write = put(utf8(KEY), utf8("v"), now);
        Id128 session = session();
        assertThat(call(session, write).getCode()).isEqualTo(StatusCode.OK);

        KvRequest.Builder ask = request(KEY).setWrite(write.getWrite()).setAsk(AskOutcome.getDefaultInstance());
        KvResponse known = call(session, ask);
        assertThat(known.getCode()).isEqualTo(StatusCode.OK);
        assertThat(known.getAsked()).isEqualTo(StatusCode.OK);

        WriteHeader second = write.getWrite().toBuilder().setNumber(2).build();
        assertThat(call(session, ask.setWrite(second)).getCode()).isEqualTo(StatusCode.CANCELLED);
        assertThat(call(session, write.setWrite(second)).getCode()).isEqualTo(StatusCode.CANCELLED);
    }

    @Test
    void aStreamTakesManyRequestsAFrameAndAnswersEachOnce() throws InterruptedException {
        long now = now();
        Id128 session = session();
        try (Stream stream = new Stream(hello())) {
            assertThat(stream.next().getHello().getNodeId()).isEqualTo(node.id());
            KvRequestFrame.Builder frame = KvRequestFrame.newBuilder().setSession(session);
            for (int i = 1; i <= 200; i++) {
                frame.addRequests(request(KEY)
                        .setId(i)
                        .setWrite(WriteHeader.newBuilder()
                                .setNumber(i)
                                .setLowestUnanswered(1)
                                .setT0Millis(now))
                        .setAppend(Append.newBuilder().setKey(utf8(KEY)).setValue(utf8("."))));
            }
            frame.addRequests(request(KEY).setId(201).setGet(Get.newBuilder().setKey(utf8(KEY))));
            stream.send(frame.build());

            boolean[] seen = new boolean[202];
            for (int answered = 0; answered < 201; ) {
                for (KvResponse response : stream.next().getResponsesList()) {
                    assertThat(response.getCode()).isEqualTo(StatusCode.OK);
                    assertThat(seen[(int) response.getId()]).isFalse();
                    seen[(int) response.getId()] = true;
                    answered++;
                }
            }
        }
    }

    @Test
    void aClientThatHalfClosesGetsItsAnswersFirst() throws InterruptedException {
        try (Stream stream = new Stream(hello())) {
            stream.next();
            stream.send(KvRequestFrame.newBuilder()
                    .addRequests(request(KEY).setId(5).setGet(Get.newBuilder().setKey(utf8(KEY))))
                    .build());
            stream.requests.onCompleted();

            assertThat(stream.next().getResponses(0).getId()).isEqualTo(5);
            assertThat(stream.ended()).isTrue();
        }
    }

    @Test
    void d22StatusNamesRoleStateAndSizesWithoutAScan() {
        assertThat(client.put("counted", "value").getCode()).isEqualTo(StatusCode.OK);

        NodeStatus status = NodeServiceGrpc.newBlockingStub(channel)
                .status(NodeStatusRequest.newBuilder().setWithShards(true).build());

        assertThat(status.getAddress()).isEqualTo(node.address());
        assertThat(status.getReplicas(0).getRole()).isEqualTo("leader");
        assertThat(status.getReplicas(0).getShardsList()).hasSize(SHARDS);
        assertThat(status.getReplicas(0).getShardsList().stream()
                        .mapToLong(ShardStatus::getKeys)
                        .sum())
                .isPositive();
    }

    private long now() {
        return client.get(KEY).getShardTimeMillis();
    }

    private long appliedIndex() {
        return NodeServiceGrpc.newBlockingStub(channel)
                .status(NodeStatusRequest.getDefaultInstance())
                .getReplicas(0)
                .getAppliedIndex();
    }

    private Id128 session() {
        return Id128.newBuilder().setHigh(2).setLow(++lastSession).build();
    }

    private KvRequest.Builder put(ByteString key, ByteString value, long t0Millis) {
        int shard = ShardHash.shardOf(key, SHARDS);
        return request(KEY)
                .setShard(shard)
                .setWrite(WriteHeader.newBuilder()
                        .setNumber(1)
                        .setLowestUnanswered(1)
                        .setT0Millis(t0Millis))
                .setPut(Put.newBuilder().setKey(key).setValue(value));
    }

    private KvRequest.Builder request(String key) {
        return KvRequest.newBuilder()
                .setId(7)
                .setGroup(ConfigWire.toWire(group))
                .setShard(ShardHash.shardOf(utf8(key), SHARDS));
    }

    private KvResponse call(KvRequest.Builder request) {
        return call(session(), request);
    }

    private KvResponse call(Id128 session, KvRequest.Builder request) {
        return KvGrpc.newBlockingStub(channel)
                .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .call(KvCall.newBuilder()
                        .setHello(hello())
                        .setSession(session)
                        .setRequest(request)
                        .build());
    }

    /** A client's stream, with what came on it. */
    private final class Stream implements AutoCloseable {

        private final BlockingQueue<KvResponseFrame> frames = new LinkedBlockingQueue<>();
        private final BlockingQueue<Boolean> end = new LinkedBlockingQueue<>();
        private final StreamObserver<KvRequestFrame> requests;

        Stream(Hello hello) {
            requests = KvGrpc.newStub(channel).session(new StreamObserver<>() {
                @Override
                public void onNext(KvResponseFrame frame) {
                    frames.add(frame);
                }

                @Override
                public void onError(Throwable failure) {
                    end.add(false);
                }

                @Override
                public void onCompleted() {
                    end.add(true);
                }
            });
            send(KvRequestFrame.newBuilder().setHello(hello).build());
        }

        void send(KvRequestFrame frame) {
            requests.onNext(frame);
        }

        KvResponseFrame next() throws InterruptedException {
            KvResponseFrame frame = frames.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(frame).as("an answer").isNotNull();
            return frame;
        }

        boolean ended() throws InterruptedException {
            return Boolean.TRUE.equals(end.poll(PATIENCE_SECONDS, TimeUnit.SECONDS));
        }

        @Override
        public void close() {
            requests.onError(new StatusRuntimeException(io.grpc.Status.CANCELLED));
        }
    }
}
