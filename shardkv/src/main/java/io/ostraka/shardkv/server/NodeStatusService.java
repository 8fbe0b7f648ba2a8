package io.ostraka.shardkv.server;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigWire;
import io.ostraka.proto.controller.TokenState;
import io.ostraka.proto.node.NodeServiceGrpc;
import io.ostraka.proto.node.NodeStatus;
import io.ostraka.proto.node.NodeStatusRequest;
import io.ostraka.proto.node.ReplicaStatus;
import io.ostraka.proto.node.ShardStatus;
import io.ostraka.raft.core.RaftStatus;
import io.ostraka.raft.core.RoleKind;
import io.ostraka.raft.runtime.host.GroupStatus;
import io.ostraka.shardkv.shard.QuarantineMark;
import io.ostraka.shardkv.shard.ShardState;
import io.ostraka.shardkv.shard.ShardView;
import io.ostraka.shardkv.store.KvStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a node says of itself, from what is counted anyway: no scan of the store, no walk over directories. */
final class NodeStatusService extends NodeServiceGrpc.NodeServiceImplBase {

    private static final Path PROCESS_STATUS = Path.of("/proc/self/status");

    /**
     * Where the status comes from.
     *
     * @param readers where the disk may be asked, which the network's threads must not wait for
     * @param logBytes what the shared log takes on disk
     */
    record Sources(
            Executor readers,
            NodeGreeting greeting,
            String address,
            String version,
            LongSupplier nanoTime,
            LongSupplier logBytes,
            KvStore store,
            Supplier<@Nullable ClusterConfig> config,
            Supplier<Collection<ServedGroup>> groups,
            Supplier<List<ReplicaHosting.Trouble>> troubles) {}

    private static final String GIVEN_UP =
            "given up for dead, so it serves nothing; it is deleted here once the group is forgotten";

    private final Sources sources;
    private final long startedNanos;

    NodeStatusService(Sources sources) {
        this.sources = sources;
        startedNanos = sources.nanoTime().getAsLong();
    }

    @Override
    public void status(NodeStatusRequest request, StreamObserver<NodeStatus> responses) {
        // Set so that an answer to a caller who is gone is dropped instead of thrown back.
        ((ServerCallStreamObserver<NodeStatus>) responses).setOnCancelHandler(() -> {});
        sources.readers().execute(() -> {
            responses.onNext(status(request.getWithShards()));
            responses.onCompleted();
        });
    }

    private NodeStatus status(boolean withShards) {
        ClusterConfig config = sources.config().get();
        NodeStatus.Builder status = NodeStatus.newBuilder()
                .setClusterId(sources.greeting().clusterId().getAsLong())
                .setNodeId(sources.greeting().nodeId())
                .setAddress(sources.address())
                .setVersion(sources.version())
                .setUptimeMillis(
                        TimeUnit.NANOSECONDS.toMillis(sources.nanoTime().getAsLong() - startedNanos))
                .setStartCounter(sources.greeting().startCounter())
                .setResidentBytes(residentBytes())
                .setStoreBytes(sources.store().diskBytes())
                .setLogBytes(sources.logBytes().getAsLong())
                .setConfigRevision(config == null ? 0 : config.revision());
        for (ServedGroup group : sources.groups().get()) {
            status.addReplicas(replica(group, withShards));
        }
        for (ReplicaHosting.Trouble trouble : sources.troubles().get()) {
            status.addReplicas(ReplicaStatus.newBuilder()
                    .setGroup(ConfigWire.toWire(ShardAdmission.ref(trouble.group())))
                    .setReplicaId(trouble.replica().value())
                    .setRole("damaged")
                    .setTrouble(trouble.what()));
        }
        return status.build();
    }

    private static ReplicaStatus replica(ServedGroup group, boolean withShards) {
        GroupStatus overview = group.raft().status();
        RaftStatus raft = overview.raft();
        String failure = overview.failure();
        ReplicaStatus.Builder status = ReplicaStatus.newBuilder()
                .setGroup(ConfigWire.toWire(ShardAdmission.ref(group.id())))
                .setReplicaId(overview.replica().replica().value())
                .setRole(failure == null ? roleName(raft.role()) : "stopped")
                .setTerm(raft.term())
                .setLeaderReplica(raft.leader() == null ? 0 : raft.leader().value())
                .setCommitIndex(raft.commitIndex())
                .setAppliedIndex(overview.appliedIndex())
                .setLastIndex(raft.last().index())
                .setFirstIndex(raft.base().index() + 1)
                .setQuiet(raft.quiet())
                .setTrouble(failure != null ? failure : troubleOf(group));
        long sessions = 0;
        for (ShardView shard : group.machine().view().known()) {
            sessions += shard.size().sessionRecords();
            if (withShards) {
                status.addShards(shard(shard));
            }
        }
        return status.setSessions(sessions).build();
    }

    private static String troubleOf(ServedGroup group) {
        QuarantineMark mark = group.machine().view().quarantine();
        if (mark == null) {
            return group.isGivenUp() ? GIVEN_UP : "";
        }
        return "quarantined: shard " + mark.shard() + " as of entry " + mark.digestIndex()
                + " differed from what a majority holds; it is rebuilt from its leader";
    }

    private static ShardStatus shard(ShardView shard) {
        ShardStatus.Builder status = ShardStatus.newBuilder()
                .setShard(shard.shard())
                .setKeys(shard.size().keys())
                .setBytes(shard.size().bytes());
        switch (shard.state()) {
            case ShardState.Absent absent -> status.setState(TokenState.ABSENT).setEpoch(absent.lastEpoch());
            case ShardState.Retired retired ->
                status.setState(TokenState.RETIRED).setEpoch(retired.lastEpoch());
            case ShardState.Serving serving ->
                status.setState(TokenState.SERVING).setEpoch(serving.epoch());
            case ShardState.Exporting exporting ->
                status.setState(TokenState.EXPORTING)
                        .setEpoch(exporting.epoch())
                        .setPeer(ConfigWire.toWire(ShardAdmission.ref(exporting.target())));
            case ShardState.Frozen frozen ->
                status.setState(TokenState.FROZEN)
                        .setEpoch(frozen.epoch())
                        .setPeer(ConfigWire.toWire(ShardAdmission.ref(frozen.successor())));
            case ShardState.Importing importing ->
                status.setState(TokenState.IMPORTING)
                        .setEpoch(importing.epoch())
                        .setPeer(ConfigWire.toWire(ShardAdmission.ref(importing.source())))
                        .setBytesDone(shard.size().bytes());
        }
        return status.build();
    }

    private static String roleName(RoleKind role) {
        return switch (role) {
            case FOLLOWER -> "follower";
            case PRE_CANDIDATE -> "pre-candidate";
            case CANDIDATE -> "candidate";
            case LEADER -> "leader";
        };
    }

    /** What the process holds in memory, 0 where the system does not say. */
    private static long residentBytes() {
        try {
            for (String line : Files.readAllLines(PROCESS_STATUS)) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
                }
            }
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
        return 0;
    }
}
