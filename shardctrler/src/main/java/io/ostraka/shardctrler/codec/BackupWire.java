package io.ostraka.shardctrler.codec;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigWire;
import io.ostraka.proto.controller.ControllerBackup;
import io.ostraka.proto.controller.NodeFact;
import io.ostraka.shardctrler.command.Restore;
import io.ostraka.shardctrler.state.ControllerState;
import io.ostraka.shardctrler.state.Registry;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Backups of the controllers to and from the messages of {@code controller.proto}. */
public final class BackupWire {

    private BackupWire() {}

    /** What new controllers would need of this state; nothing before the cluster is founded. */
    public static Optional<ControllerBackup> of(ControllerState state) {
        ClusterConfig config = state.config();
        return config == null
                ? Optional.empty()
                : Optional.of(backup(
                        config, state.registry().nodes(), state.registry().nextReplicaId()));
    }

    private static ControllerBackup backup(
            ClusterConfig config, SortedMap<Long, Registry.NodeFact> nodes, long nextReplicaId) {
        ControllerBackup.Builder builder = ControllerBackup.newBuilder()
                .setConfig(ConfigWire.toWire(config))
                .setNextReplicaId(nextReplicaId);
        nodes.forEach((nodeId, fact) -> builder.addNodes(toWire(nodeId, fact)));
        return builder.build();
    }

    static NodeFact toWire(long nodeId, Registry.NodeFact fact) {
        return NodeFact.newBuilder()
                .setNodeId(nodeId)
                .setStartCounter(fact.startCounter())
                .setFeatureLevel(fact.featureLevel())
                .build();
    }

    static io.ostraka.proto.controller.Restore toWire(Restore restore) {
        return io.ostraka.proto.controller.Restore.newBuilder()
                .setBackup(backup(restore.config(), restore.nodes(), restore.nextReplicaId()))
                .setAtEpochSeconds(restore.atEpochSeconds())
                .build();
    }

    static Restore fromWire(io.ostraka.proto.controller.Restore wire) {
        ControllerBackup backup = wire.getBackup();
        TreeMap<Long, Registry.NodeFact> nodes = new TreeMap<>();
        backup.getNodesList()
                .forEach(node -> nodes.put(
                        node.getNodeId(), new Registry.NodeFact(node.getStartCounter(), node.getFeatureLevel())));
        return new Restore(
                ConfigWire.fromWire(backup.getConfig()), nodes, backup.getNextReplicaId(), wire.getAtEpochSeconds());
    }
}
