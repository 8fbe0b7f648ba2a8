package io.ostraka.raft.runtime.storage;

import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.membership.Membership;

/**
 * What a node knows of a replica that it hosts, from its creation on.
 *
 * @param group the group that it belongs to
 * @param replica its id, never used for another replica
 * @param founding the members that the group began with
 * @param recorded whether the controller has recorded that this replica was created; only then may it vote
 */
public record ReplicaDescriptor(GroupId group, ReplicaId replica, Membership founding, boolean recorded) {

    /** Returns the same descriptor, marked as recorded. */
    public ReplicaDescriptor asRecorded() {
        return new ReplicaDescriptor(group, replica, founding, true);
    }
}
