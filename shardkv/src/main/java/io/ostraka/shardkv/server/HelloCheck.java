package io.ostraka.shardkv.server;

import io.ostraka.proto.Hello;
import io.ostraka.proto.ProtocolVersion;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.ReplicaRow;
import org.jspecify.annotations.Nullable;

/** Whether a greeting is one that this node may talk to. Pure. */
final class HelloCheck {

    /** Why not. */
    record Refusal(StatusCode code, String reason) {}

    private HelloCheck() {}

    /**
     * The refusal of a node that speaks for a group, or null. Unlike a client it must know its cluster, and where
     * {@code config} has the group, hold a replica of it: an address that a replica once had may be another's by now.
     */
    static @Nullable Refusal ofReplica(Hello hello, long clusterId, GroupRef group, @Nullable ClusterConfig config) {
        Refusal refusal = of(hello, clusterId);
        if (refusal != null) {
            return refusal;
        }
        if (hello.getClusterId() == 0) {
            return new Refusal(StatusCode.WRONG_CLUSTER, "a node that speaks for a group must name its cluster");
        }
        boolean isStranger = config != null
                && config.group(group)
                        .filter(row -> row.replicas().stream().noneMatch(replica -> isOn(replica, hello.getNodeId())))
                        .isPresent();
        return isStranger
                ? new Refusal(
                        StatusCode.INVALID,
                        "node " + Long.toHexString(hello.getNodeId()) + " has no replica of group " + group
                                + "; check the addresses of its nodes")
                : null;
    }

    /** Restored controllers may not know yet which node has a replica. */
    private static boolean isOn(ReplicaRow replica, long nodeId) {
        return replica.nodeId() == nodeId || replica.nodeId() == 0;
    }

    /** The refusal of a greeting by a node of {@code clusterId} (0: it has not joined one yet), or null. */
    static @Nullable Refusal of(Hello hello, long clusterId) {
        int version = hello.getProtocolVersion();
        if (!ProtocolVersion.isSupported(version)) {
            return new Refusal(StatusCode.UNSUPPORTED_VERSION, ProtocolVersion.refusal(version));
        }
        if (clusterId == 0) {
            return new Refusal(
                    StatusCode.NOT_READY, "this node has not reached its controllers yet; try again a little later");
        }
        if (hello.getClusterId() != 0 && hello.getClusterId() != clusterId) {
            return new Refusal(
                    StatusCode.WRONG_CLUSTER,
                    "this node belongs to cluster " + Long.toHexString(clusterId) + ", not to "
                            + Long.toHexString(hello.getClusterId()) + "; check the addresses you were given");
        }
        return null;
    }
}
