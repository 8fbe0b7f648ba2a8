package io.ostraka.shardkv.server;

import io.ostraka.proto.Hello;
import io.ostraka.proto.ProtocolVersion;
import java.util.function.LongSupplier;

/**
 * How a node introduces itself.
 *
 * @param nodeId its id
 * @param startCounter how often it was started
 * @param clusterId the cluster that it belongs to, 0 as long as it has joined none
 */
record NodeGreeting(long nodeId, long startCounter, LongSupplier clusterId) {

    /** The greeting as it is now. */
    Hello hello() {
        return Hello.newBuilder()
                .setClusterId(clusterId.getAsLong())
                .setProtocolVersion(ProtocolVersion.CURRENT)
                .setNodeId(nodeId)
                .setStartCounter(startCounter)
                .build();
    }
}
