package io.ostraka.shardkv.server.cluster;

import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigDelta;
import io.ostraka.proto.config.ConfigWire;
import io.ostraka.proto.config.Extension;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.GroupRow;
import io.ostraka.proto.config.NodeRow;
import io.ostraka.proto.config.ReplicaRow;
import io.ostraka.proto.config.ShardRow;
import io.ostraka.proto.controller.ControllerGrpc;
import io.ostraka.proto.controller.NodeReply;
import io.ostraka.proto.controller.OwnerReport;
import io.ostraka.proto.controller.RegisterRequest;
import io.ostraka.proto.controller.ReplicaCreated;
import io.ostraka.proto.controller.ReportRequest;
import io.ostraka.proto.controller.ShardClaim;
import io.ostraka.proto.controller.TokenState;
import io.ostraka.proto.controller.WatchEvent;
import io.ostraka.proto.controller.WatchRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * A controller's double: keeps one configuration in memory, records what nodes and groups report, and pushes every
 * change. It plans nothing by itself. Thread-safe.
 */
final class FakeController extends ControllerGrpc.ControllerImplBase implements AutoCloseable {

    private final Server server;
    private final List<ServerCallStreamObserver<WatchEvent>> watchers = new ArrayList<>();
    private ClusterConfig config;
    private long lastReplicaId;

    FakeController(int shards) throws IOException {
        config = ClusterConfig.founded(77, shards);
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .directExecutor()
                .addService(this)
                .build()
                .start();
    }

    String address() {
        return "127.0.0.1:" + server.getPort();
    }

    synchronized ClusterConfig config() {
        return config;
    }

    /** Joins a group with a replica on each of the nodes. */
    synchronized GroupRef join(long gid, List<Long> nodes) {
        GroupRef ref = new GroupRef(gid, config.num() + 1);
        List<ReplicaRow> replicas = new ArrayList<>();
        for (long node : nodes) {
            replicas.add(new ReplicaRow(++lastReplicaId, node, false, false));
        }
        change(1, List.of(), List.of(new GroupRow(ref, false, 1, replicas)), List.of(), List.of());
        return ref;
    }

    /** Plans every shard of {@code shards} for the group. */
    synchronized void plan(GroupRef target, List<Integer> shards) {
        change(
                1,
                shards.stream()
                        .map(shard -> config.shard(shard).withTarget(target))
                        .toList(),
                List.of(),
                List.of(),
                List.of());
    }

    /** Takes a group out of the configuration. */
    synchronized void remove(GroupRef group) {
        change(1, List.of(), List.of(), List.of(group), List.of());
    }

    private void change(
            int nums, List<ShardRow> shards, List<GroupRow> groups, List<GroupRef> removed, List<NodeRow> nodes) {
        ConfigDelta delta = ConfigDelta.extending(
                config, config.num() + nums, new ConfigDelta.Rows(shards, groups, removed, nodes));
        config = switch (config.apply(delta)) {
            case Extension.Extended(ClusterConfig extended) -> extended;
            case Extension.Refused(String why) -> throw new IllegalArgumentException(why);
        };
        WatchEvent event = WatchEvent.newBuilder()
                .setCode(StatusCode.OK)
                .setDelta(ConfigWire.toWire(delta))
                .build();
        watchers.removeIf(ServerCallStreamObserver::isCancelled);
        watchers.forEach(watcher -> watcher.onNext(event));
    }

    @Override
    public synchronized void watch(WatchRequest request, StreamObserver<WatchEvent> events) {
        ServerCallStreamObserver<WatchEvent> watcher = (ServerCallStreamObserver<WatchEvent>) events;
        watcher.setOnCancelHandler(() -> {});
        watchers.add(watcher);
        watcher.onNext(WatchEvent.newBuilder()
                .setCode(StatusCode.OK)
                .setFull(ConfigWire.toWire(config))
                .build());
    }

    @Override
    public synchronized void register(RegisterRequest request, StreamObserver<NodeReply> replies) {
        NodeRow row = new NodeRow(request.getNodeId(), request.getAddress());
        if (!row.equals(config.nodes().get(request.getNodeId()))) {
            change(0, List.of(), List.of(), List.of(), List.of(row));
        }
        ok(replies);
    }

    @Override
    public synchronized void report(ReportRequest request, StreamObserver<NodeReply> replies) {
        request.getCreatedList().forEach(this::created);
        request.getClaimsList().forEach(this::claimed);
        request.getOwnersList().forEach(this::owned);
        ok(replies);
    }

    private void created(ReplicaCreated created) {
        config.group(ConfigWire.fromWire(created.getGroup()))
                .ifPresent(group -> group.replica(created.getReplicaId())
                        .filter(replica -> !replica.created())
                        .ifPresent(replica -> change(
                                0, List.of(), List.of(group.withReplica(replica.asCreated())), List.of(), List.of())));
    }

    private void claimed(ShardClaim claim) {
        ShardRow row = config.shard(claim.getShard());
        GroupRef group = ConfigWire.fromWire(claim.getGroup());
        if (row.owner() == null && group.equals(row.target())) {
            change(0, List.of(row.withOwner(group, 1).withTarget(null)), List.of(), List.of(), List.of());
        }
    }

    private void owned(OwnerReport report) {
        ShardRow row = config.shard(report.getShard());
        boolean serves = report.getState() == TokenState.SERVING || report.getState() == TokenState.EXPORTING;
        if (serves && report.getEpoch() > row.epoch()) {
            GroupRef group = ConfigWire.fromWire(report.getGroup());
            ShardRow owned = row.withOwner(group, report.getEpoch());
            change(
                    0,
                    List.of(group.equals(row.target()) ? owned.withTarget(null) : owned),
                    List.of(),
                    List.of(),
                    List.of());
        }
    }

    private void ok(StreamObserver<NodeReply> replies) {
        replies.onNext(NodeReply.newBuilder()
                .setCode(StatusCode.OK)
                .setClusterId(config.clusterId())
                .build());
        replies.onCompleted();
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}
