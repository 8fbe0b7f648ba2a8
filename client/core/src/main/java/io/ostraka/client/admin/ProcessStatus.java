package io.ostraka.client.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What one process says of itself now. It answers, or there would be no such value.
 *
 * @param address that was asked
 * @param controller if it is one
 * @param node if it is one
 */
public record ProcessStatus(
        String address, Optional<ClusterStatus.Controller> controller, Optional<ClusterStatus.Node> node) {

    private static final Set<String> AT_WORK = Set.of("leader", "follower");

    /** Why it does not do all that it is there for, in words; empty if it does. */
    public List<String> troubles() {
        List<String> troubles = new ArrayList<>();
        controller.ifPresent(known -> {
            if (!known.initialised()) {
                troubles.add("the controller belongs to no cluster yet");
            } else if (!AT_WORK.contains(known.raft().role())) {
                troubles.add("the controller is " + known.raft().role());
            }
        });
        node.ifPresent(known -> {
            if (known.configRevision() == 0) {
                troubles.add("the node has heard of no controller yet");
            }
            known.replicas().forEach(replica -> {
                if (!replica.trouble().isEmpty()
                        || !AT_WORK.contains(replica.raft().role())) {
                    troubles.add("group " + replica.gid() + ": "
                            + (replica.trouble().isEmpty()
                                    ? "the replica is " + replica.raft().role()
                                    : replica.trouble()));
                }
            });
        });
        return List.copyOf(troubles);
    }
}
