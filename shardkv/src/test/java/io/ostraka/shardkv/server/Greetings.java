package io.ostraka.shardkv.server;

import io.ostraka.proto.Hello;
import io.ostraka.proto.ProtocolVersion;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigDelta;
import io.ostraka.proto.config.Extension;
import io.ostraka.proto.config.GroupRow;
import io.ostraka.proto.config.ReplicaRow;
import io.ostraka.raft.core.GroupId;
import java.util.ArrayList;
import java.util.List;

/** Greetings of nodes, and configurations that say which node has a replica of which group. */
final class Greetings {

    private Greetings() {}

    static Hello of(long cluster, long node) {
        return Hello.newBuilder()
                .setClusterId(cluster)
                .setProtocolVersion(ProtocolVersion.CURRENT)
                .setNodeId(node)
                .setStartCounter(1)
                .build();
    }

    /** A configuration of one group. */
    static ClusterConfig config(long cluster, GroupId group, long... nodes) {
        List<ReplicaRow> replicas = new ArrayList<>();
        for (long node : nodes) {
            replicas.add(new ReplicaRow(replicas.size() + 1, node, true, false));
        }
        GroupRow row = new GroupRow(ShardAdmission.ref(group), false, 1, replicas);
        ClusterConfig founded = ClusterConfig.founded(cluster, 4);
        ConfigDelta delta =
                ConfigDelta.extending(founded, 1, new ConfigDelta.Rows(List.of(), List.of(row), List.of(), List.of()));
        return ((Extension.Extended) founded.apply(delta)).config();
    }
}
