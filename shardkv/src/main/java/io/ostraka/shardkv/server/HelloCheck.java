package io.ostraka.shardkv.server;

import io.ostraka.proto.Hello;
import io.ostraka.proto.ProtocolVersion;
import io.ostraka.proto.StatusCode;
import org.jspecify.annotations.Nullable;

/** Whether a greeting is one that this node may talk to. Pure. */
final class HelloCheck {

    /** Why not. */
    record Refusal(StatusCode code, String reason) {}

    private HelloCheck() {}

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
