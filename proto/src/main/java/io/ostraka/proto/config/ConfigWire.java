package io.ostraka.proto.config;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.ostraka.proto.Feature;
import io.ostraka.proto.config.wire.ClusterConfigRecord;
import io.ostraka.proto.config.wire.GroupRecord;
import io.ostraka.proto.config.wire.NodeRecord;
import io.ostraka.proto.config.wire.ReplicaRecord;
import io.ostraka.proto.config.wire.ShardRecord;
import io.ostraka.proto.config.wire.TermsRecord;
import java.util.List;
import java.util.function.Supplier;

/** Configurations to and from the messages of {@code config.proto}. What comes from the wire is checked. */
public final class ConfigWire {

    private ConfigWire() {}

    /** The message of a configuration. */
    public static ClusterConfigRecord toWire(ClusterConfig config) {
        ClusterConfigRecord.Builder builder = ClusterConfigRecord.newBuilder()
                .setClusterId(config.clusterId())
                .setNum(config.num())
                .setRevision(config.revision())
                .setHash(toWire(config.hash()))
                .setTerms(toWire(config.terms()));
        config.shards().forEach(row -> builder.addShards(toWire(row)));
        config.groups().values().forEach(row -> builder.addGroups(toWire(row)));
        config.nodes().values().forEach(row -> builder.addNodes(toWire(row)));
        return builder.build();
    }

    /** The configuration of a message; throws {@link MalformedConfigException}. */
    public static ClusterConfig fromWire(ClusterConfigRecord wire) {
        return checked(() -> new ClusterConfig(
                wire.getClusterId(),
                wire.getNum(),
                wire.getRevision(),
                fromWire(wire.getHash()),
                terms(wire.getTerms()),
                wire.getShardsList().stream().map(ConfigWire::row).toList(),
                new ClusterConfig.Directory(
                        wire.getGroupsList().stream().map(ConfigWire::row).toList(),
                        wire.getNodesList().stream().map(ConfigWire::row).toList())));
    }

    /** The message of a change. */
    public static io.ostraka.proto.config.wire.ConfigDelta toWire(ConfigDelta delta) {
        io.ostraka.proto.config.wire.ConfigDelta.Builder builder = io.ostraka.proto.config.wire.ConfigDelta.newBuilder()
                .setRevision(delta.revision())
                .setNum(delta.num())
                .setPreviousHash(toWire(delta.previousHash()))
                .setHash(toWire(delta.hash()))
                .setTerms(toWire(delta.terms()));
        ConfigDelta.Rows rows = delta.rows();
        rows.shards().forEach(row -> builder.addShards(toWire(row)));
        rows.groups().forEach(row -> builder.addGroups(toWire(row)));
        rows.removedGroups().forEach(ref -> builder.addRemovedGroups(toWire(ref)));
        rows.nodes().forEach(row -> builder.addNodes(toWire(row)));
        return builder.build();
    }

    /** The change of a message; throws {@link MalformedConfigException}. */
    public static ConfigDelta fromWire(io.ostraka.proto.config.wire.ConfigDelta wire) {
        return checked(() -> new ConfigDelta(
                wire.getRevision(),
                wire.getNum(),
                fromWire(wire.getPreviousHash()),
                fromWire(wire.getHash()),
                terms(wire.getTerms()),
                new ConfigDelta.Rows(
                        wire.getShardsList().stream().map(ConfigWire::row).toList(),
                        wire.getGroupsList().stream().map(ConfigWire::row).toList(),
                        wire.getRemovedGroupsList().stream()
                                .map(ConfigWire::ref)
                                .toList(),
                        wire.getNodesList().stream().map(ConfigWire::row).toList())));
    }

    /** The message of a group's identity. */
    public static io.ostraka.proto.GroupRef toWire(GroupRef ref) {
        return io.ostraka.proto.GroupRef.newBuilder()
                .setGid(ref.gid())
                .setIncarnation(ref.incarnation())
                .build();
    }

    /** The identity of a message; throws {@link MalformedConfigException}. */
    public static GroupRef fromWire(io.ostraka.proto.GroupRef wire) {
        return checked(() -> ref(wire));
    }

    /** The row of a message; throws {@link MalformedConfigException}. */
    public static GroupRow fromWire(GroupRecord wire) {
        return checked(() -> row(wire));
    }

    /** The message field of a hash. */
    public static ByteString toWire(ConfigHash hash) {
        return UnsafeByteOperations.unsafeWrap(hash.toByteArray());
    }

    /** The message of a shard's row. */
    public static ShardRecord toWire(ShardRow row) {
        ShardRecord.Builder builder = ShardRecord.newBuilder()
                .setShard(row.shard())
                .setEpoch(row.epoch())
                .setPinned(row.pinned())
                .setRecoveryValue(row.recovery().code());
        if (row.owner() != null) {
            builder.setOwner(toWire(row.owner()));
        }
        if (row.target() != null) {
            builder.setTarget(toWire(row.target()));
        }
        return builder.build();
    }

    /** The message of a group's row. */
    public static GroupRecord toWire(GroupRow row) {
        GroupRecord.Builder builder = GroupRecord.newBuilder()
                .setGroup(toWire(row.ref()))
                .setLeaving(row.leaving())
                .setRetired(row.retired())
                .setWeight(row.weight());
        for (ReplicaRow replica : row.replicas()) {
            builder.addReplicas(ReplicaRecord.newBuilder()
                    .setReplicaId(replica.replicaId())
                    .setNodeId(replica.nodeId())
                    .setCreated(replica.created())
                    .setLost(replica.lost()));
        }
        return builder.build();
    }

    private static TermsRecord toWire(ClusterTerms terms) {
        TermsRecord.Builder builder = TermsRecord.newBuilder()
                .setFeatureLevel(terms.featureLevel())
                .setStageValue(terms.stage().code());
        terms.lost()
                .forEach(lost -> builder.addLostBuilder().setAfter(lost.after()).setBefore(lost.before()));
        return builder.build();
    }

    /** A controller that says nothing of a level knows the first one only. */
    private static ClusterTerms terms(TermsRecord wire) {
        return new ClusterTerms(
                Math.max(Feature.BASE_LEVEL, wire.getFeatureLevel()),
                RestoreStage.ofCode(wire.getStageValue()),
                wire.getLostList().stream()
                        .map(lost -> new LostMaps(lost.getAfter(), lost.getBefore()))
                        .toList());
    }

    private static NodeRecord toWire(NodeRow row) {
        return NodeRecord.newBuilder()
                .setNodeId(row.nodeId())
                .setAddress(row.address())
                .build();
    }

    private static ConfigHash fromWire(ByteString bytes) {
        return ConfigHash.copyOf(bytes.toByteArray());
    }

    private static ShardRow row(ShardRecord wire) {
        return new ShardRow(
                wire.getShard(),
                wire.hasOwner() ? ref(wire.getOwner()) : null,
                wire.getEpoch(),
                wire.hasTarget() ? ref(wire.getTarget()) : null,
                wire.getPinned(),
                ShardRecovery.ofCode(wire.getRecoveryValue()));
    }

    private static GroupRow row(GroupRecord wire) {
        List<ReplicaRow> replicas = wire.getReplicasList().stream()
                .map(replica -> new ReplicaRow(
                        replica.getReplicaId(), replica.getNodeId(), replica.getCreated(), replica.getLost()))
                .toList();
        GroupRow row = new GroupRow(ref(wire.getGroup()), wire.getLeaving(), wire.getWeight(), replicas);
        return wire.getRetired() ? row.asRetired() : row;
    }

    private static NodeRow row(NodeRecord wire) {
        return new NodeRow(wire.getNodeId(), wire.getAddress());
    }

    private static GroupRef ref(io.ostraka.proto.GroupRef wire) {
        return new GroupRef(wire.getGid(), wire.getIncarnation());
    }

    private static <T> T checked(Supplier<T> read) {
        try {
            return read.get();
        } catch (IllegalArgumentException e) {
            throw new MalformedConfigException("malformed configuration: " + e.getMessage(), e);
        }
    }
}
