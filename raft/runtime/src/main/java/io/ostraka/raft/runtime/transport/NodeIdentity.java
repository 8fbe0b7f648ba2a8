package io.ostraka.raft.runtime.transport;

import io.ostraka.proto.Hello;
import io.ostraka.proto.ProtocolVersion;
import io.ostraka.raft.core.NodeId;
import java.util.function.LongSupplier;

/**
 * Who this process is to other nodes.
 *
 * @param cluster says the cluster that it belongs to, 0 until it has joined one; asked anew for every greeting
 * @param node its node id
 * @param startCounter the number of this start of the node, higher than that of every earlier one
 */
public record NodeIdentity(LongSupplier cluster, NodeId node, long startCounter) {

    /** The identity of a node that belongs to its cluster already. */
    public NodeIdentity(long clusterId, NodeId node, long startCounter) {
        this(() -> clusterId, node, startCounter);
    }

    /** The cluster that it belongs to now, 0 if to none yet. */
    public long clusterId() {
        return cluster.getAsLong();
    }

    Hello hello() {
        return Hello.newBuilder()
                .setClusterId(clusterId())
                .setProtocolVersion(ProtocolVersion.CURRENT)
                .setNodeId(node.value())
                .setStartCounter(startCounter)
                .build();
    }
}
