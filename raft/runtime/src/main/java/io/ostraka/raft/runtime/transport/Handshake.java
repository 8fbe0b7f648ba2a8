package io.ostraka.raft.runtime.transport;

import io.ostraka.proto.Hello;
import io.ostraka.proto.ProtocolVersion;
import io.ostraka.proto.StatusCode;
import io.ostraka.raft.core.NodeId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether to talk with a node that greets: it must be of the same cluster, speak the same protocol version, and
 * be no earlier run of a node that was met in a later one. Safe for any thread.
 */
final class Handshake {

    private final NodeIdentity self;
    private final Map<NodeId, Long> startCounters = new ConcurrentHashMap<>();

    Handshake(NodeIdentity self) {
        this.self = self;
    }

    /**
     * A refusal.
     *
     * @param code its kind
     * @param reason a sentence for the operator of the node that was refused
     */
    record Refused(StatusCode code, String reason) {}

    NodeIdentity self() {
        return self;
    }

    /** Returns why the greeting is refused, or null. */
    @Nullable
    Refused check(Hello hello) {
        if (!ProtocolVersion.isSupported(hello.getProtocolVersion())) {
            return new Refused(StatusCode.UNSUPPORTED_VERSION, ProtocolVersion.refusal(hello.getProtocolVersion()));
        }
        if (self.clusterId() == 0) {
            return new Refused(StatusCode.WRONG_CLUSTER, "node " + self.node() + " belongs to no cluster yet");
        }
        if (hello.getClusterId() != self.clusterId()) {
            return new Refused(
                    StatusCode.WRONG_CLUSTER,
                    "node " + self.node() + " belongs to cluster " + Long.toHexString(self.clusterId()) + ", not "
                            + Long.toHexString(hello.getClusterId()) + ": check the addresses in the configuration");
        }
        if (hello.getNodeId() == 0) {
            return new Refused(StatusCode.INVALID, "a greeting between nodes must name the node that speaks");
        }
        long seen = startCounters.merge(new NodeId(hello.getNodeId()), hello.getStartCounter(), Math::max);
        if (seen > hello.getStartCounter()) {
            return new Refused(
                    StatusCode.INVALID,
                    "node " + hello.getNodeId() + " was already met in its start " + seen + ", this is start "
                            + hello.getStartCounter()
                            + ": an older process or a copy of its data directory is running");
        }
        return null;
    }
}
