package io.ostraka.shardkv.shard;

import io.ostraka.proto.Limits;
import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.shardkv.session.SessionOptions;

/**
 * What a replica's state machine is told. All but {@code replica} must be the same on every replica of the group.
 *
 * @param group the group, with its incarnation
 * @param replica this replica; its rows in the store begin with it
 * @param founding the group's first membership
 * @param shards how many shards the cluster has
 * @param sessions the bounds of the sessions' tables
 * @param limits how much an apply may write at once
 */
public record GroupOptions(
        GroupId group,
        ReplicaId replica,
        Membership founding,
        int shards,
        SessionOptions sessions,
        ApplyLimits limits) {

    /** Checks the bounds. */
    public GroupOptions {
        if (shards < 1 || shards > Limits.SHARDS_MAX) {
            throw new IllegalArgumentException("shards is " + shards + ", must be 1 to " + Limits.SHARDS_MAX);
        }
    }
}
