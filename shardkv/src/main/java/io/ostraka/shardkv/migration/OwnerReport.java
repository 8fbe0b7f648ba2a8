package io.ostraka.shardkv.migration;

import io.ostraka.shardkv.shard.ShardState;

/**
 * What a group's own log says of a shard whose token it holds.
 *
 * @param shard which one
 * @param epoch the epoch at which it serves
 * @param appliedRevision the configuration's revision that this log has applied
 * @param state serving or exporting
 */
public record OwnerReport(int shard, long epoch, long appliedRevision, ShardState state) {}
