package io.ostraka.shardctrler.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigWire;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.MalformedConfigException;
import io.ostraka.proto.controller.log.ControllerImage;
import io.ostraka.proto.controller.log.MapStep;
import io.ostraka.proto.controller.log.PlannedShard;
import io.ostraka.proto.controller.log.RecordedRequest;
import io.ostraka.proto.controller.log.RestoreUnderWay;
import io.ostraka.proto.controller.log.ShardInRecovery;
import io.ostraka.proto.controller.log.UnsettledTarget;
import io.ostraka.proto.controller.log.WordOfGroup;
import io.ostraka.raft.core.Bytes;
import io.ostraka.shardctrler.command.ControllerMember;
import io.ostraka.shardctrler.state.ControllerState;
import io.ostraka.shardctrler.state.MapHistory;
import io.ostraka.shardctrler.state.RecordedRequests;
import io.ostraka.shardctrler.state.Recoveries;
import io.ostraka.shardctrler.state.Recoveries.Recovery;
import io.ostraka.shardctrler.state.Recoveries.Said;
import io.ostraka.shardctrler.state.Registry;
import io.ostraka.shardctrler.state.Registry.NodeFact;
import io.ostraka.shardctrler.state.Restoration;
import io.ostraka.shardctrler.state.Restoration.Evidence;
import io.ostraka.shardctrler.state.Settlements;
import io.ostraka.shardctrler.state.ShardSet;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** The controller's whole state to and from bytes, for its file and for snapshots. */
public final class ImageCodec {

    /** Version of the images that are written. */
    public static final int VERSION = 1;

    private ImageCodec() {}

    /** The bytes of a state; equal states have equal bytes. */
    public static Bytes encode(ControllerState state) {
        ControllerImage.Builder image = ControllerImage.newBuilder()
                .setVersion(VERSION)
                .setNextReplicaId(state.registry().nextReplicaId());
        if (state.config() != null) {
            image.setConfig(ConfigWire.toWire(state.config()));
        }
        state.registry().controllers().forEach(member -> image.addControllers(CommandWire.toWire(member)));
        state.registry().nodes().forEach((nodeId, fact) -> image.addNodes(BackupWire.toWire(nodeId, fact)));
        state.settlements()
                .dropped()
                .forEach((group, shards) -> shards.forEach((shard, revision) -> image.addUnsettledBuilder()
                        .setGroup(ConfigWire.toWire(group))
                        .setShard(shard)
                        .setDroppedAtRevision(revision)));
        state.recoveries().pending().forEach((shard, recovery) -> image.addRecoveries(toWire(shard, recovery)));
        state.recoveries()
                .ownersBefore()
                .forEach((shard, owner) ->
                        image.addOwnersBeforeBuilder().setShard(shard).setGroup(ConfigWire.toWire(owner)));
        state.recoveries()
                .outcomes()
                .forEach((shard, outcome) ->
                        image.addWentOnBuilder().setShard(shard).setHow(CommandWire.toWire(outcome)));
        if (!state.restoration().equals(Restoration.NONE)) {
            image.setRestore(toWire(state.restoration()));
        }
        state.history().steps().forEach(step -> image.addHistory(toWire(step)));
        state.requests().requests().forEach(recorded -> image.addRequests(toWire(recorded)));
        return Bytes.wrap(image.build().toByteArray());
    }

    /** The state of bytes; throws {@link MalformedImageException} if they are no image that is known here. */
    public static ControllerState decode(Bytes bytes) {
        try {
            ControllerImage image = ControllerImage.parseFrom(bytes.asByteBuffer());
            if (image.getVersion() != VERSION) {
                throw new MalformedImageException("a controller's image of version "
                        + Integer.toUnsignedString(image.getVersion()) + ", where " + VERSION + " is known");
            }
            return fromWire(image);
        } catch (InvalidProtocolBufferException | MalformedConfigException | IllegalArgumentException e) {
            throw new MalformedImageException("a controller's image that cannot be read: " + e.getMessage(), e);
        }
    }

    private static ControllerState fromWire(ControllerImage image) {
        ClusterConfig config = image.hasConfig() ? ConfigWire.fromWire(image.getConfig()) : null;
        TreeMap<Long, NodeFact> nodes = new TreeMap<>();
        image.getNodesList()
                .forEach(node ->
                        nodes.put(node.getNodeId(), new NodeFact(node.getStartCounter(), node.getFeatureLevel())));
        Registry registry = new Registry(
                image.getControllersList().stream()
                        .map(member ->
                                new ControllerMember(member.getReplicaId(), member.getNodeId(), member.getAddress()))
                        .toList(),
                nodes,
                image.getNextReplicaId());
        TreeMap<GroupRef, SortedMap<Integer, Long>> unsettled = new TreeMap<>();
        for (UnsettledTarget target : image.getUnsettledList()) {
            unsettled
                    .computeIfAbsent(ConfigWire.fromWire(target.getGroup()), ref -> new TreeMap<>())
                    .put(target.getShard(), target.getDroppedAtRevision());
        }
        return new ControllerState(
                config,
                registry,
                new Settlements(unsettled),
                recoveries(image),
                image.hasRestore() ? fromWire(image.getRestore()) : Restoration.NONE,
                new MapHistory(image.getHistoryList().stream()
                        .map(ImageCodec::fromWire)
                        .toList()),
                new RecordedRequests(image.getRequestsList().stream()
                        .map(ImageCodec::fromWire)
                        .toList()));
    }

    private static ShardInRecovery toWire(int shard, Recovery recovery) {
        ShardInRecovery.Builder builder = ShardInRecovery.newBuilder()
                .setShard(shard)
                .setRevision(recovery.revision())
                .setCopyFloor(recovery.copyFloor())
                .setLastEpoch(recovery.lastEpoch());
        recovery.asked().forEach(group -> builder.addAsked(ConfigWire.toWire(group)));
        recovery.said().forEach((group, said) -> builder.addSaid(toWire(group, said)));
        return builder.build();
    }

    private static WordOfGroup toWire(GroupRef group, Said said) {
        WordOfGroup.Builder word = WordOfGroup.newBuilder()
                .setGroup(ConfigWire.toWire(group))
                .setState(CommandWire.toWire(said.state()))
                .setEpoch(said.epoch());
        if (said.peer() != null) {
            word.setPeer(ConfigWire.toWire(said.peer()));
        }
        return word.build();
    }

    private static Said fromWire(WordOfGroup word) {
        return new Said(
                CommandWire.fromWire(word.getState()),
                word.getEpoch(),
                word.hasPeer() ? ConfigWire.fromWire(word.getPeer()) : null);
    }

    private static RestoreUnderWay toWire(Restoration restoration) {
        RestoreUnderWay.Builder builder = RestoreUnderWay.newBuilder()
                .setFromRevision(restoration.fromRevision())
                .setSettled(ByteString.copyFrom(restoration.settled().toBytes()))
                .setResumed(restoration.resumed())
                .setKnown(CommandWire.toWire(restoration.known()));
        restoration.told().forEach(group -> builder.addTold(ConfigWire.toWire(group)));
        restoration
                .heard()
                .forEach((group, shards) -> builder.addHeardBuilder()
                        .setGroup(ConfigWire.toWire(group))
                        .setShards(ByteString.copyFrom(shards.toBytes())));
        restoration
                .evidence()
                .forEach((shard, evidence) -> builder.addEvidenceBuilder()
                        .setShard(shard)
                        .setWord(toWire(evidence.group(), evidence.said())));
        return builder.build();
    }

    private static Restoration fromWire(RestoreUnderWay wire) {
        TreeSet<GroupRef> told = new TreeSet<>();
        wire.getToldList().forEach(group -> told.add(ConfigWire.fromWire(group)));
        TreeMap<GroupRef, ShardSet> heard = new TreeMap<>();
        wire.getHeardList()
                .forEach(group -> heard.put(
                        ConfigWire.fromWire(group.getGroup()),
                        ShardSet.of(group.getShards().toByteArray())));
        TreeMap<Integer, Evidence> evidence = new TreeMap<>();
        wire.getEvidenceList()
                .forEach(word -> evidence.put(
                        word.getShard(),
                        new Evidence(ConfigWire.fromWire(word.getWord().getGroup()), fromWire(word.getWord()))));
        return new Restoration(
                wire.getFromRevision(),
                heard,
                evidence,
                ShardSet.of(wire.getSettled().toByteArray()),
                wire.getResumed(),
                CommandWire.fromWire(wire.getKnown()),
                told);
    }

    private static Recoveries recoveries(ControllerImage image) {
        TreeMap<Integer, Recovery> pending = new TreeMap<>();
        for (ShardInRecovery wire : image.getRecoveriesList()) {
            TreeSet<GroupRef> asked = new TreeSet<>();
            wire.getAskedList().forEach(group -> asked.add(ConfigWire.fromWire(group)));
            TreeMap<GroupRef, Said> said = new TreeMap<>();
            for (WordOfGroup word : wire.getSaidList()) {
                said.put(ConfigWire.fromWire(word.getGroup()), fromWire(word));
            }
            pending.put(
                    wire.getShard(),
                    new Recovery(wire.getRevision(), wire.getCopyFloor(), wire.getLastEpoch(), asked, said));
        }
        TreeMap<Integer, GroupRef> before = new TreeMap<>();
        image.getOwnersBeforeList()
                .forEach(owner -> before.put(owner.getShard(), ConfigWire.fromWire(owner.getGroup())));
        TreeMap<Integer, Recoveries.Outcome> outcomes = new TreeMap<>();
        image.getWentOnList().forEach(wentOn -> outcomes.put(wentOn.getShard(), CommandWire.fromWire(wentOn.getHow())));
        return new Recoveries(pending, before, outcomes);
    }

    private static MapStep toWire(MapHistory.Step step) {
        MapStep.Builder builder = MapStep.newBuilder().setNum(step.num()).setRevision(step.revision());
        for (MapHistory.Planned planned : step.planned()) {
            PlannedShard.Builder shard = builder.addShardsBuilder().setShard(planned.shard());
            if (planned.group() != null) {
                shard.setGroup(ConfigWire.toWire(planned.group()));
            }
        }
        step.joined().forEach(row -> builder.addJoined(ConfigWire.toWire(row)));
        step.left().forEach(ref -> builder.addLeft(ConfigWire.toWire(ref)));
        return builder.build();
    }

    private static MapHistory.Step fromWire(MapStep wire) {
        return new MapHistory.Step(
                wire.getNum(),
                wire.getRevision(),
                wire.getShardsList().stream()
                        .map(planned -> new MapHistory.Planned(
                                planned.getShard(),
                                planned.hasGroup() ? ConfigWire.fromWire(planned.getGroup()) : null))
                        .toList(),
                wire.getJoinedList().stream().map(ConfigWire::fromWire).toList(),
                wire.getLeftList().stream().map(ConfigWire::fromWire).toList());
    }

    private static RecordedRequest toWire(RecordedRequests.Recorded recorded) {
        return RecordedRequest.newBuilder()
                .setRequestId(CommandWire.toWire(recorded.id()))
                .setChanged(recorded.changed())
                .setNum(recorded.num())
                .setRevision(recorded.revision())
                .setMessage(recorded.message())
                .build();
    }

    private static RecordedRequests.Recorded fromWire(RecordedRequest wire) {
        return new RecordedRequests.Recorded(
                CommandWire.fromWire(wire.getRequestId()),
                wire.getChanged(),
                wire.getNum(),
                wire.getRevision(),
                wire.getMessage());
    }
}
