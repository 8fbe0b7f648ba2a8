package io.ostraka.shardkv.command;

import io.ostraka.raft.core.GroupId;
import org.jspecify.annotations.Nullable;

/**
 * What the configuration says of one shard, as far as groups need it.
 *
 * @param shard which one
 * @param owner the group that holds it, if any
 * @param epoch the epoch at which the owner got it; 0 before the first
 * @param target the group that should hold it, if another than the owner is planned
 */
public record ShardPlan(
        int shard,
        @Nullable GroupId owner,
        long epoch,
        @Nullable GroupId target) {}
