package io.ostraka.raft.runtime.transport;

import io.ostraka.proto.Hello;
import io.ostraka.proto.ProtocolVersion;
import io.ostraka.raft.core.NodeId;

/**
 * Who this process is to other nodes.
 *
 * @param clusterId the cluster that it belongs to
 * @param node its node id
 * @param startCounter how often the node was started, growing by one with each
 */
public record NodeIdentity(long clusterId, NodeId node, long startCounter) {

    Hello hello() {
        return Hello.newBuilder()
                .setClusterId(clusterId)
                .setProtocolVersion(ProtocolVersion.CURRENT)
                .setNodeId(node.value())
                .setStartCounter(startCounter)
                .build();
    }
}
