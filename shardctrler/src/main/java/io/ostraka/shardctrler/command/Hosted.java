package io.ostraka.shardctrler.command;

import io.ostraka.proto.config.GroupRef;
import java.util.List;

/**
 * A replica that a node has although the configuration does not have its group.
 *
 * @param group the group
 * @param replicaId the replica
 * @param nodeId the node
 * @param members all replicas of the group
 */
public record Hosted(GroupRef group, long replicaId, long nodeId, List<Long> members) {

    /** Copies the list. */
    public Hosted {
        members = List.copyOf(members);
    }
}
