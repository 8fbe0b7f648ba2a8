package io.ostraka.shardctrler.codec;

import io.ostraka.proto.Feature;
import io.ostraka.proto.Id128;
import io.ostraka.proto.config.ConfigWire;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.controller.ChangeRequest;
import io.ostraka.proto.controller.Forget;
import io.ostraka.proto.controller.HostedReplica;
import io.ostraka.proto.controller.InitialiseRequest;
import io.ostraka.proto.controller.Join;
import io.ostraka.proto.controller.JoinGroup;
import io.ostraka.proto.controller.Leave;
import io.ostraka.proto.controller.Move;
import io.ostraka.proto.controller.Recover;
import io.ostraka.proto.controller.RecoveredShard;
import io.ostraka.proto.controller.RecoverySource;
import io.ostraka.proto.controller.RegisterRequest;
import io.ostraka.proto.controller.ReplicaCreated;
import io.ostraka.proto.controller.ReportRequest;
import io.ostraka.proto.controller.Resume;
import io.ostraka.proto.controller.ShardClaim;
import io.ostraka.proto.controller.Undo;
import io.ostraka.proto.controller.Unpin;
import io.ostraka.shardctrler.command.Change;
import io.ostraka.shardctrler.command.Claim;
import io.ostraka.shardctrler.command.ControllerCommand.Administer;
import io.ostraka.shardctrler.command.ControllerCommand.Initialise;
import io.ostraka.shardctrler.command.ControllerCommand.RegisterNode;
import io.ostraka.shardctrler.command.ControllerCommand.Report;
import io.ostraka.shardctrler.command.ControllerMember;
import io.ostraka.shardctrler.command.Created;
import io.ostraka.shardctrler.command.Hosted;
import io.ostraka.shardctrler.command.KnownGroups;
import io.ostraka.shardctrler.command.OwnerReport;
import io.ostraka.shardctrler.command.OwnerReport.ShardEpoch;
import io.ostraka.shardctrler.command.PlannedOn;
import io.ostraka.shardctrler.command.RequestId;
import io.ostraka.shardctrler.command.TokenState;
import io.ostraka.shardctrler.state.Recoveries.Outcome;
import io.ostraka.shardctrler.state.Recoveries.Source;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Commands to and from the messages of {@code controller.proto}, which are what callers send and what the log holds.
 * What a message leaves out or makes up comes out as a value that the state machine refuses, or as nothing.
 */
public final class CommandWire {

    private CommandWire() {}

    /**
     * The request to found a cluster; throws {@link io.ostraka.proto.config.MalformedConfigException} if it restores
     * one from a backup that is none.
     */
    public static Initialise fromWire(InitialiseRequest wire) {
        List<ControllerMember> members = wire.getMembersList().stream()
                .map(member -> new ControllerMember(member.getReplicaId(), member.getNodeId(), member.getAddress()))
                .toList();
        return new Initialise(
                wire.getClusterId(),
                wire.getShards(),
                members,
                Math.max(Feature.BASE_LEVEL, wire.getFeatureLevel()),
                wire.hasRestore() ? BackupWire.fromWire(wire.getRestore()) : null);
    }

    /** As a message. */
    public static InitialiseRequest toWire(Initialise command) {
        InitialiseRequest.Builder builder = InitialiseRequest.newBuilder()
                .setClusterId(command.clusterId())
                .setShards(command.shards())
                .setFeatureLevel(command.featureLevel());
        command.members().forEach(member -> builder.addMembers(toWire(member)));
        if (command.restore() != null) {
            builder.setRestore(BackupWire.toWire(command.restore()));
        }
        return builder.build();
    }

    /** A controller as a message. */
    static io.ostraka.proto.controller.ControllerMember toWire(ControllerMember member) {
        return io.ostraka.proto.controller.ControllerMember.newBuilder()
                .setReplicaId(member.replicaId())
                .setNodeId(member.nodeId())
                .setAddress(member.address())
                .build();
    }

    /** An administrator's change; nothing if the message names none that is known here. */
    public static Optional<Administer> fromWire(ChangeRequest wire) {
        PlannedOn plannedOn = new PlannedOn(wire.getPlannedOnNum(), wire.getPlannedOnRevision());
        return change(wire).map(change -> new Administer(fromWire(wire.getRequestId()), plannedOn, change));
    }

    private static Optional<Change> change(ChangeRequest wire) {
        return switch (wire.getChangeCase()) {
            case JOIN ->
                Optional.of(new Change.Join(wire.getJoin().getGroupsList().stream()
                        .map(group -> new Change.JoiningGroup(
                                group.getGid(), List.copyOf(group.getAddressesList()), group.getWeight()))
                        .toList()));
            case LEAVE -> Optional.of(new Change.Leave(wire.getLeave().getGidsList()));
            case MOVE ->
                Optional.of(new Change.Move(
                        wire.getMove().getShard(), wire.getMove().getGid()));
            case UNPIN -> Optional.of(new Change.Unpin(wire.getUnpin().getShardsList()));
            case UNDO -> Optional.of(new Change.Undo(wire.getUndo().getToNum()));
            case RECOVER ->
                Optional.of(new Change.Recover(
                        wire.getRecover().getDead().getGid(),
                        wire.getRecover().getDead().getIncarnation(),
                        wire.getRecover().getTo()));
            case FORGET -> Optional.of(new Change.Forget(wire.getForget().getGid()));
            case RESUME ->
                Optional.of(new Change.Resume(wire.getResume().getDeadList().stream()
                        .map(ConfigWire::fromWire)
                        .toList()));
            case CHANGE_NOT_SET -> Optional.empty();
        };
    }

    /** As a message. */
    public static ChangeRequest toWire(Administer command) {
        ChangeRequest.Builder builder = ChangeRequest.newBuilder()
                .setRequestId(toWire(command.id()))
                .setPlannedOnNum(command.plannedOn().num())
                .setPlannedOnRevision(command.plannedOn().revision());
        return switch (command.change()) {
            case Change.Join join -> builder.setJoin(toWire(join)).build();
            case Change.Leave leave ->
                builder.setLeave(Leave.newBuilder().addAllGids(leave.gids())).build();
            case Change.Move move ->
                builder.setMove(Move.newBuilder().setShard(move.shard()).setGid(move.gid()))
                        .build();
            case Change.Unpin unpin ->
                builder.setUnpin(Unpin.newBuilder().addAllShards(unpin.shards()))
                        .build();
            case Change.Undo undo ->
                builder.setUndo(Undo.newBuilder().setToNum(undo.toNum())).build();
            case Change.Recover recover ->
                builder.setRecover(Recover.newBuilder()
                                .setDead(io.ostraka.proto.GroupRef.newBuilder()
                                        .setGid(recover.gid())
                                        .setIncarnation(recover.incarnation()))
                                .setTo(recover.to()))
                        .build();
            case Change.Forget forget ->
                builder.setForget(Forget.newBuilder().setGid(forget.gid())).build();
            case Change.Resume resume ->
                builder.setResume(Resume.newBuilder()
                                .addAllDead(resume.dead().stream()
                                        .map(ConfigWire::toWire)
                                        .toList()))
                        .build();
        };
    }

    private static Join toWire(Change.Join join) {
        Join.Builder builder = Join.newBuilder();
        for (Change.JoiningGroup group : join.groups()) {
            builder.addGroups(JoinGroup.newBuilder()
                    .setGid(group.gid())
                    .addAllAddresses(group.addresses())
                    .setWeight(group.weight()));
        }
        return builder.build();
    }

    /** A node's registration. */
    public static RegisterNode fromWire(RegisterRequest wire) {
        return new RegisterNode(wire.getNodeId(), wire.getAddress(), wire.getStartCounter(), wire.getFeatureLevel());
    }

    /** As a message. */
    public static RegisterRequest toWire(RegisterNode command) {
        return RegisterRequest.newBuilder()
                .setNodeId(command.nodeId())
                .setAddress(command.address())
                .setStartCounter(command.startCounter())
                .setFeatureLevel(command.featureLevel())
                .build();
    }

    /**
     * What nodes and groups report; throws {@link io.ostraka.proto.config.MalformedConfigException} if an identity is
     * none.
     */
    public static Report fromWire(ReportRequest wire) {
        return new Report(
                wire.getCreatedList().stream()
                        .map(created -> new Created(
                                ConfigWire.fromWire(created.getGroup()), created.getReplicaId(), created.getNodeId()))
                        .toList(),
                wire.getClaimsList().stream()
                        .map(claim -> new Claim(ConfigWire.fromWire(claim.getGroup()), claim.getShard()))
                        .toList(),
                wire.getOwnersList().stream().map(CommandWire::fromWire).toList(),
                wire.getHostedList().stream()
                        .map(hosted -> new Hosted(
                                ConfigWire.fromWire(hosted.getGroup()),
                                hosted.getReplicaId(),
                                hosted.getNodeId(),
                                hosted.getMembersList()))
                        .toList(),
                wire.hasKnown() ? fromWire(wire.getKnown()) : KnownGroups.NONE);
    }

    private static OwnerReport fromWire(io.ostraka.proto.controller.OwnerReport wire) {
        GroupRef peer = wire.hasPeer() ? ConfigWire.fromWire(wire.getPeer()) : null;
        return new OwnerReport(
                ConfigWire.fromWire(wire.getGroup()),
                new ShardEpoch(wire.getShard(), wire.getEpoch()),
                wire.getAppliedRevision(),
                fromWire(wire.getState()),
                peer);
    }

    /** A state that is not known here proves nothing, as if the group had nothing of the shard. */
    static TokenState fromWire(io.ostraka.proto.controller.TokenState wire) {
        return switch (wire) {
            case SERVING -> TokenState.SERVING;
            case EXPORTING -> TokenState.EXPORTING;
            case FROZEN -> TokenState.FROZEN;
            case IMPORTING -> TokenState.IMPORTING;
            case RETIRED -> TokenState.RETIRED;
            case ABSENT, TOKEN_UNSPECIFIED, UNRECOGNIZED -> TokenState.ABSENT;
        };
    }

    /** As a message. */
    static io.ostraka.proto.controller.TokenState toWire(TokenState state) {
        return switch (state) {
            case ABSENT -> io.ostraka.proto.controller.TokenState.ABSENT;
            case SERVING -> io.ostraka.proto.controller.TokenState.SERVING;
            case EXPORTING -> io.ostraka.proto.controller.TokenState.EXPORTING;
            case FROZEN -> io.ostraka.proto.controller.TokenState.FROZEN;
            case IMPORTING -> io.ostraka.proto.controller.TokenState.IMPORTING;
            case RETIRED -> io.ostraka.proto.controller.TokenState.RETIRED;
        };
    }

    /** As a message. */
    public static ReportRequest toWire(Report command) {
        ReportRequest.Builder builder = ReportRequest.newBuilder();
        command.created()
                .forEach(created -> builder.addCreated(ReplicaCreated.newBuilder()
                        .setGroup(ConfigWire.toWire(created.group()))
                        .setReplicaId(created.replicaId())
                        .setNodeId(created.nodeId())));
        command.claims()
                .forEach(claim -> builder.addClaims(ShardClaim.newBuilder()
                        .setGroup(ConfigWire.toWire(claim.group()))
                        .setShard(claim.shard())));
        command.owners().forEach(report -> builder.addOwners(toWire(report)));
        if (!command.known().equals(KnownGroups.NONE)) {
            builder.setKnown(toWire(command.known()));
        }
        command.hosted()
                .forEach(hosted -> builder.addHosted(HostedReplica.newBuilder()
                        .setGroup(ConfigWire.toWire(hosted.group()))
                        .setReplicaId(hosted.replicaId())
                        .setNodeId(hosted.nodeId())
                        .addAllMembers(hosted.members())));
        return builder.build();
    }

    private static io.ostraka.proto.controller.OwnerReport toWire(OwnerReport report) {
        io.ostraka.proto.controller.OwnerReport.Builder builder = io.ostraka.proto.controller.OwnerReport.newBuilder()
                .setGroup(ConfigWire.toWire(report.group()))
                .setShard(report.at().shard())
                .setEpoch(report.at().epoch())
                .setAppliedRevision(report.appliedRevision())
                .setState(toWire(report.state()));
        if (report.peer() != null) {
            builder.setPeer(ConfigWire.toWire(report.peer()));
        }
        return builder.build();
    }

    /** The groups of a log. */
    static KnownGroups fromWire(io.ostraka.proto.controller.KnownGroups wire) {
        TreeSet<GroupRef> alive = new TreeSet<>();
        wire.getAliveList().forEach(group -> alive.add(ConfigWire.fromWire(group)));
        TreeSet<GroupRef> retired = new TreeSet<>();
        wire.getRetiredList().forEach(group -> retired.add(ConfigWire.fromWire(group)));
        GroupRef speaker = wire.hasSpeaker() ? ConfigWire.fromWire(wire.getSpeaker()) : null;
        return new KnownGroups(speaker, wire.getAppliedRevision(), wire.getNum(), alive, retired);
    }

    /** As a message. */
    static io.ostraka.proto.controller.KnownGroups toWire(KnownGroups known) {
        io.ostraka.proto.controller.KnownGroups.Builder builder = io.ostraka.proto.controller.KnownGroups.newBuilder()
                .setAppliedRevision(known.appliedRevision())
                .setNum(known.num());
        if (known.speaker() != null) {
            builder.setSpeaker(ConfigWire.toWire(known.speaker()));
        }
        known.alive().forEach(group -> builder.addAlive(ConfigWire.toWire(group)));
        known.retired().forEach(group -> builder.addRetired(ConfigWire.toWire(group)));
        return builder.build();
    }

    /** How a shard went on, as a message. */
    public static RecoveredShard toWire(Outcome outcome) {
        return RecoveredShard.newBuilder()
                .setSource(toWire(outcome.source()))
                .setAt(ConfigWire.toWire(outcome.at()))
                .setEpoch(outcome.epoch())
                .setCopyEpoch(outcome.copyEpoch())
                .build();
    }

    /** How a shard went on. */
    static Outcome fromWire(RecoveredShard wire) {
        return new Outcome(
                switch (wire.getSource()) {
                    case OWNER -> Source.OWNER;
                    case FROZEN_COPY -> Source.FROZEN_COPY;
                    case EMPTY, RECOVERY_SOURCE_UNSPECIFIED, UNRECOGNIZED -> Source.EMPTY;
                },
                ConfigWire.fromWire(wire.getAt()),
                wire.getEpoch(),
                wire.getCopyEpoch());
    }

    /** As a message. */
    public static RecoverySource toWire(Source source) {
        return switch (source) {
            case OWNER -> RecoverySource.OWNER;
            case FROZEN_COPY -> RecoverySource.FROZEN_COPY;
            case EMPTY -> RecoverySource.EMPTY;
        };
    }

    /** The identity of a request. */
    public static RequestId fromWire(Id128 wire) {
        return new RequestId(wire.getHigh(), wire.getLow());
    }

    /** As a message. */
    static Id128 toWire(RequestId id) {
        return Id128.newBuilder().setHigh(id.high()).setLow(id.low()).build();
    }
}
