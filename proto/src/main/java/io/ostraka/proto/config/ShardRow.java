package io.ostraka.proto.config;

import org.jspecify.annotations.Nullable;

/**
 * What the controller knows and plans of one shard.
 *
 * @param shard number of the shard, from 0
 * @param owner group that holds the shard's token as far as the controller knows; null: none was ever recorded
 * @param epoch grows by one with every change of owner; 0 as long as there is no owner
 * @param target group that should hold the shard; null: no change is planned
 * @param pinned whether balancing leaves the shard where it was moved by hand
 * @param recovery how far it is, if it lost a group
 */
public record ShardRow(
        int shard,
        @Nullable GroupRef owner,
        long epoch,
        @Nullable GroupRef target,
        boolean pinned,
        ShardRecovery recovery) {

    /** Refuses what contradicts itself with {@link IllegalArgumentException}. */
    public ShardRow {
        if (shard < 0) {
            throw new IllegalArgumentException("shard " + shard + " is negative");
        }
        if (epoch < 0 || (owner == null) != (epoch == 0)) {
            throw new IllegalArgumentException("shard " + shard + " has owner " + owner + " at epoch " + epoch);
        }
    }

    /** A shard of which nothing was lost. */
    public ShardRow(int shard, @Nullable GroupRef owner, long epoch, @Nullable GroupRef target, boolean pinned) {
        this(shard, owner, epoch, target, pinned, ShardRecovery.NONE);
    }

    /** A shard that nobody ever owned and that nobody is to own yet. */
    public static ShardRow unborn(int shard) {
        return new ShardRow(shard, null, 0, null, false);
    }

    /** The same shard with another plan. */
    public ShardRow withTarget(@Nullable GroupRef newTarget) {
        return new ShardRow(shard, owner, epoch, newTarget, pinned, recovery);
    }

    /** The same shard with another owner. */
    public ShardRow withOwner(GroupRef newOwner, long newEpoch) {
        return new ShardRow(shard, newOwner, newEpoch, target, pinned, recovery);
    }

    /** The same shard, pinned or not. */
    public ShardRow withPinned(boolean newPinned) {
        return new ShardRow(shard, owner, epoch, target, newPinned, recovery);
    }

    /** The same shard, further with what it lost. */
    public ShardRow withRecovery(ShardRecovery newRecovery) {
        return new ShardRow(shard, owner, epoch, target, pinned, newRecovery);
    }
}
