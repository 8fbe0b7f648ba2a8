package io.ostraka.proto.config;

/**
 * A replica of a group.
 *
 * @param replicaId unique in the whole cluster, never used again
 * @param nodeId node that holds the replica
 * @param created whether the node has reported the replica as durably created. Only then may it vote, and it is never
 *     created again
 * @param lost whether the node that held it is gone from its address, which another node has taken
 */
public record ReplicaRow(long replicaId, long nodeId, boolean created, boolean lost) {

    /** The same replica, recorded as created. */
    public ReplicaRow asCreated() {
        return new ReplicaRow(replicaId, nodeId, true, lost);
    }

    /** The same replica, lost or found again. */
    public ReplicaRow withLost(boolean newLost) {
        return new ReplicaRow(replicaId, nodeId, created, newLost);
    }
}
