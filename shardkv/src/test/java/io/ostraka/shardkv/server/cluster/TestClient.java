package io.ostraka.shardkv.server.cluster;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.ostraka.proto.Hello;
import io.ostraka.proto.Id128;
import io.ostraka.proto.ProtocolVersion;
import io.ostraka.proto.ShardHash;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigWire;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.ShardRow;
import io.ostraka.proto.kv.Append;
import io.ostraka.proto.kv.CompareAndSet;
import io.ostraka.proto.kv.Delete;
import io.ostraka.proto.kv.Get;
import io.ostraka.proto.kv.KvCall;
import io.ostraka.proto.kv.KvGrpc;
import io.ostraka.proto.kv.KvRequest;
import io.ostraka.proto.kv.KvResponse;
import io.ostraka.proto.kv.Put;
import io.ostraka.proto.kv.ReadMode;
import io.ostraka.proto.kv.WriteHeader;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** One call after the other, retried under one number until it is decided; it asks the controller where shards are. */
final class TestClient implements AutoCloseable {

    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);

    private final Supplier<ClusterConfig> config;
    private final Id128 session;
    private final Map<String, ManagedChannel> channels = new HashMap<>();
    private long number;
    private long t0Millis;
    private int turn;

    TestClient(Supplier<ClusterConfig> config, long session) {
        this.config = config;
        this.session = Id128.newBuilder().setHigh(1).setLow(session).build();
    }

    KvResponse put(String key, String value) {
        return write(key)
                .call(KvRequest.newBuilder()
                        .setPut(Put.newBuilder().setKey(utf8(key)).setValue(utf8(value))));
    }

    KvResponse append(String key, String value) {
        return write(key)
                .call(KvRequest.newBuilder()
                        .setAppend(Append.newBuilder().setKey(utf8(key)).setValue(utf8(value))));
    }

    KvResponse delete(String key) {
        return write(key)
                .call(KvRequest.newBuilder().setDelete(Delete.newBuilder().setKey(utf8(key))));
    }

    KvResponse compareAndSet(String key, long revision, String value) {
        return write(key)
                .call(KvRequest.newBuilder()
                        .setCompareAndSet(CompareAndSet.newBuilder()
                                .setKey(utf8(key))
                                .setExpectedRevision(revision)
                                .setValue(utf8(value))));
    }

    KvResponse get(String key) {
        return new Attempts(key, false)
                .call(KvRequest.newBuilder().setGet(Get.newBuilder().setKey(utf8(key))));
    }

    /** What one node answers, be it leader or not. */
    KvResponse getFrom(TestNode node, GroupRef group, String key) {
        return KvGrpc.newBlockingStub(channels.computeIfAbsent(node.address(), TestNode::connect))
                .withDeadlineAfter(5, TimeUnit.SECONDS)
                .call(KvCall.newBuilder()
                        .setHello(hello())
                        .setSession(session)
                        .setRequest(KvRequest.newBuilder()
                                .setGroup(ConfigWire.toWire(group))
                                .setShard(ShardHash.shardOf(
                                        utf8(key), config.get().shardCount()))
                                .setGet(Get.newBuilder().setKey(utf8(key)).setMode(ReadMode.ANY_REPLICA)))
                        .build());
    }

    /** Repeats the last write under its own number. */
    KvResponse appendAgain(String key, String value) {
        return new Attempts(key, true)
                .call(KvRequest.newBuilder()
                        .setAppend(Append.newBuilder().setKey(utf8(key)).setValue(utf8(value))));
    }

    private Attempts write(String key) {
        number++;
        return new Attempts(key, true);
    }

    /** One request and its retries. */
    private final class Attempts {

        private final int shard;
        private final boolean writes;
        private long t0 = t0Millis;
        private String hinted = "";

        Attempts(String key, boolean writes) {
            this.shard = ShardHash.shardOf(utf8(key), config.get().shardCount());
            this.writes = writes;
        }

        KvResponse call(KvRequest.Builder request) {
            long deadline = System.nanoTime() + PATIENCE_NANOS;
            KvResponse last = KvResponse.getDefaultInstance();
            while (System.nanoTime() - deadline < 0) {
                last = attempt(request);
                t0Millis = Math.max(t0Millis, last.getShardTimeMillis());
                switch (last.getCode()) {
                    case NOT_LEADER, WRONG_GROUP -> hinted = last.getHint().getLeaderAddress();
                    case TIME_NEEDED -> t0 = last.getShardTimeMillis();
                    case RETRY_AFTER, NOT_READY, OVERLOADED, UNKNOWN_OUTCOME, STATUS_UNSPECIFIED -> hinted = "";
                    default -> {
                        return last;
                    }
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
            throw new AssertionError("not decided in time: " + last);
        }

        private KvResponse attempt(KvRequest.Builder request) {
            ShardRow row = config.get().shard(shard);
            GroupRef group = row.owner() != null ? row.owner() : row.target();
            if (group == null) {
                return KvResponse.getDefaultInstance();
            }
            request.setGroup(ConfigWire.toWire(group)).setShard(shard).setId(turn);
            if (writes) {
                request.setWrite(WriteHeader.newBuilder()
                        .setNumber(number)
                        .setLowestUnanswered(number)
                        .setT0Millis(t0));
            }
            String address = hinted.isEmpty() ? addressOf(group) : hinted;
            try {
                return KvGrpc.newBlockingStub(channels.computeIfAbsent(address, TestNode::connect))
                        .withDeadlineAfter(5, TimeUnit.SECONDS)
                        .call(KvCall.newBuilder()
                                .setHello(hello())
                                .setSession(session)
                                .setRequest(request)
                                .build());
            } catch (StatusRuntimeException e) {
                return KvResponse.newBuilder()
                        .setCode(StatusCode.UNKNOWN_OUTCOME)
                        .build();
            }
        }

        private String addressOf(GroupRef group) {
            var replicas = config.get().group(group).orElseThrow().replicas();
            long node = replicas.get(turn++ % replicas.size()).nodeId();
            return config.get().addressOf(node).orElseThrow();
        }
    }

    static Hello hello() {
        return Hello.newBuilder()
                .setClusterId(TestNode.CLUSTER)
                .setProtocolVersion(ProtocolVersion.CURRENT)
                .build();
    }

    static ByteString utf8(String text) {
        return ByteString.copyFromUtf8(text);
    }

    @Override
    public void close() {
        channels.values().forEach(ManagedChannel::shutdownNow);
    }
}
