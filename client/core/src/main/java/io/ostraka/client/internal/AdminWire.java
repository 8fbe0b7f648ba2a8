package io.ostraka.client.internal;

import io.ostraka.client.admin.Change;
import io.ostraka.client.admin.ClusterMap;
import io.ostraka.client.admin.ClusterStatus;
import io.ostraka.client.admin.RecoveryPlan;
import io.ostraka.client.admin.ResumePlan;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigWire;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.GroupRow;
import io.ostraka.proto.config.RestoreStage;
import io.ostraka.proto.config.ShardRow;
import io.ostraka.proto.controller.ChangeReply;
import io.ostraka.proto.controller.ControllerStatusReply;
import io.ostraka.proto.controller.PlannedRecovery;
import io.ostraka.proto.controller.QueryReply;
import io.ostraka.proto.controller.Recover;
import io.ostraka.proto.controller.RecoveredShard;
import io.ostraka.proto.controller.RecoverySource;
import io.ostraka.proto.controller.RecoveryState;
import io.ostraka.proto.controller.RestoreState;
import io.ostraka.proto.node.NodeStatus;
import io.ostraka.proto.node.ReplicaStatus;
import io.ostraka.proto.node.ShardStatus;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Turns the messages of controllers and nodes into what the administration client gives. */
final class AdminWire {

    private AdminWire() {}

    /** An accepted change, or the reason why nothing needed to change. */
    static Change change(ChangeReply reply) {
        return new Change(
                reply.getChanged(),
                reply.getMessage(),
                reply.getNum(),
                reply.getMovesList().stream()
                        .map(move -> new Change.Move(
                                move.getShard(),
                                move.getFrom().getGid(),
                                move.getTo().getGid(),
                                move.getBytes(),
                                move.getKeys()))
                        .toList());
    }

    /** A planned recovery. */
    static RecoveryPlan recovery(ChangeReply reply, Recover asked) {
        return new RecoveryPlan(
                reply.getChanged(),
                reply.getMessage(),
                reply.getNum(),
                reply.getRevision(),
                new RecoveryPlan.Group(reply.getDead().getGid(), reply.getDead().getIncarnation()),
                asked.getTo(),
                reply.getRecoveriesList().stream().map(AdminWire::recovery).toList());
    }

    private static RecoveryPlan.Shard recovery(PlannedRecovery wire) {
        return new RecoveryPlan.Shard(
                wire.getShard(),
                wire.getLastOwner().getGid(),
                wire.getEpoch(),
                wire.getAskedList().stream()
                        .map(io.ostraka.proto.GroupRef::getGid)
                        .toList(),
                wire.getGoesOnAt().getGid(),
                source(wire.getSource()),
                wire.getLoss());
    }

    private static RecoveryPlan.Source source(RecoverySource wire) {
        return switch (wire) {
            case OWNER -> RecoveryPlan.Source.OWNER;
            case FROZEN_COPY -> RecoveryPlan.Source.FROZEN_COPY;
            case EMPTY, RECOVERY_SOURCE_UNSPECIFIED, UNRECOGNIZED -> RecoveryPlan.Source.EMPTY;
        };
    }

    /** What a dry run tells of a resumption. */
    static ResumePlan resume(ChangeReply reply) {
        return new ResumePlan(
                reply.getNum(),
                reply.getRevision(),
                reply.getSilentList().stream()
                        .map(group -> new ResumePlan.Silent(group.getGid(), group.getIncarnation()))
                        .toList(),
                reply.getMessage(),
                reply.getChanged());
    }

    static ClusterMap map(ClusterConfig config) {
        return map(config, List.of(), null);
    }

    static ClusterMap map(QueryReply reply) {
        return map(
                ConfigWire.fromWire(reply.getConfig()),
                reply.getRecoveriesList(),
                reply.hasRestore() ? reply.getRestore() : null);
    }

    private static ClusterMap map(
            ClusterConfig config, List<RecoveryState> recoveries, @Nullable RestoreState restore) {
        Map<Integer, RecoveryState> byShard =
                recoveries.stream().collect(Collectors.toMap(RecoveryState::getShard, Function.identity()));
        return new ClusterMap(
                config.clusterId(),
                config.num(),
                config.revision(),
                config.terms().featureLevel(),
                config.shards().stream()
                        .map(row -> shard(config, row, byShard.get(row.shard())))
                        .toList(),
                config.groups().values().stream().map(row -> group(config, row)).toList(),
                config.nodes().values().stream()
                        .map(row -> new ClusterMap.Node(row.nodeId(), row.address()))
                        .toList(),
                restore(config.terms().stage(), restore));
    }

    private static ClusterMap.Restore restore(RestoreStage stage, @Nullable RestoreState state) {
        ClusterMap.Stage known = switch (stage) {
            case NONE -> ClusterMap.Stage.NONE;
            case HEARING -> ClusterMap.Stage.HEARING;
            case SETTLING -> ClusterMap.Stage.SETTLING;
        };
        return state == null
                ? new ClusterMap.Restore(known, List.of(), List.of(), 0)
                : new ClusterMap.Restore(
                        known,
                        state.getWaitsForList().stream()
                                .map(io.ostraka.proto.GroupRef::getGid)
                                .toList(),
                        state.getMissingShardsList(),
                        state.getUnsettledShards());
    }

    private static ClusterMap.Shard shard(ClusterConfig config, ShardRow row, @Nullable RecoveryState state) {
        return new ClusterMap.Shard(
                row.shard(),
                gid(row.owner()),
                row.epoch(),
                gid(row.target()),
                gid(config.desired(row.shard())),
                row.pinned(),
                recovery(row, state));
    }

    private static ClusterMap.Recovery recovery(ShardRow row, @Nullable RecoveryState state) {
        ClusterMap.Progress progress = switch (row.recovery()) {
            case NONE -> ClusterMap.Progress.NONE;
            case PENDING -> ClusterMap.Progress.PENDING;
            case FROM_COPY, EMPTY -> ClusterMap.Progress.NAMED;
        };
        if (state == null) {
            return new ClusterMap.Recovery(progress, List.of(), null);
        }
        RecoveredShard last = state.getLast();
        return new ClusterMap.Recovery(
                progress,
                state.getWaitsForList().stream()
                        .map(io.ostraka.proto.GroupRef::getGid)
                        .toList(),
                state.hasLast()
                        ? new ClusterMap.WentOn(
                                source(last.getSource()), last.getAt().getGid(), last.getEpoch())
                        : null);
    }

    private static ClusterMap.Group group(ClusterConfig config, GroupRow row) {
        return new ClusterMap.Group(
                row.ref().gid(),
                row.ref().incarnation(),
                row.leaving(),
                row.retired(),
                row.weight(),
                row.replicas().stream()
                        .map(replica -> new ClusterMap.Replica(
                                replica.replicaId(),
                                replica.nodeId(),
                                config.addressOf(replica.nodeId()).orElse(""),
                                replica.created(),
                                replica.lost()))
                        .toList());
    }

    private static long gid(@Nullable GroupRef group) {
        return group == null ? 0 : group.gid();
    }

    static ClusterStatus.Controller controller(ControllerStatusReply reply) {
        return new ClusterStatus.Controller(
                reply.getClusterId(),
                reply.getNodeId(),
                reply.getInitialised(),
                reply.getReplicaId(),
                new ClusterStatus.Raft(
                        reply.getRole(), reply.getTerm(), reply.getCommitIndex(), reply.getAppliedIndex()),
                reply.getNum(),
                reply.getRevision());
    }

    static ClusterStatus.Node node(NodeStatus status) {
        return new ClusterStatus.Node(
                status.getNodeId(),
                status.getAddress(),
                status.getVersion(),
                new ClusterStatus.Usage(
                        status.getUptimeMillis(),
                        status.getStartCounter(),
                        status.getResidentBytes(),
                        status.getStoreBytes(),
                        status.getLogBytes()),
                status.getConfigRevision(),
                status.getReplicasList().stream().map(AdminWire::replica).toList());
    }

    private static ClusterStatus.Replica replica(ReplicaStatus status) {
        return new ClusterStatus.Replica(
                status.getGroup().getGid(),
                status.getReplicaId(),
                new ClusterStatus.Raft(
                        status.getRole(), status.getTerm(), status.getCommitIndex(), status.getAppliedIndex()),
                status.getQuiet(),
                status.getTrouble(),
                status.getShardsList().stream().map(AdminWire::shard).toList());
    }

    private static ClusterStatus.Shard shard(ShardStatus status) {
        return new ClusterStatus.Shard(
                status.getShard(),
                status.getState().name().toLowerCase(Locale.ROOT),
                status.getEpoch(),
                status.getKeys(),
                status.getBytes(),
                status.getPeer().getGid(),
                status.getBytesDone(),
                status.getBytesTotal());
    }
}
