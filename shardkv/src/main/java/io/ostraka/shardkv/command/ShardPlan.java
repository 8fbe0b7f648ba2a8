package io.ostraka.shardkv.command;

import io.ostraka.proto.config.ShardRecovery;
import io.ostraka.raft.core.GroupId;
import org.jspecify.annotations.Nullable;

/**
 * What the configuration says of one shard, as far as groups need it.
 *
 * @param shard which one
 * @param owner the group that holds it, if any
 * @param epoch the epoch at which the owner got it; 0 before the first
 * @param target the group that should hold it, if another than the owner is planned
 * @param recovery how far it is, if it lost a group
 */
public record ShardPlan(
        int shard,
        @Nullable GroupId owner,
        long epoch,
        @Nullable GroupId target,
        ShardRecovery recovery) {

    /** The plan of a shard of which nothing was lost. */
    public ShardPlan(int shard, @Nullable GroupId owner, long epoch, @Nullable GroupId target) {
        this(shard, owner, epoch, target, ShardRecovery.NONE);
    }

    /** Whether its groups are to say what they have of it, and leave it alone meanwhile. */
    public boolean isPending() {
        return recovery == ShardRecovery.PENDING;
    }

    /** Whether the controller has named this group as the one where the shard goes on, at this epoch. */
    public boolean isNamed(GroupId group) {
        return recovery.isNamed() && group.equals(owner);
    }
}
