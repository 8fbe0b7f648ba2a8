package io.ostraka.shardkv.migration;

import io.ostraka.shardkv.shard.ShardState;

/**
 * What a group's own log says of a shard: that it holds its token, or what else it has where that is asked.
 *
 * @param shard which one
 * @param epoch the epoch at which it serves, was frozen or is imported; else the last one it saw
 * @param appliedRevision the configuration's revision that this log has applied
 * @param state the state
 */
public record OwnerReport(int shard, long epoch, long appliedRevision, ShardState state) {}
