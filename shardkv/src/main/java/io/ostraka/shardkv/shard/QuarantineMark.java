package io.ostraka.shardkv.shard;

import io.ostraka.raft.core.LogPosition;

/**
 * Says that a replica's state is not to be trusted. Kept with the state, so that it goes when a snapshot replaces that.
 *
 * @param at where the state stands: the entry that told it
 * @param shard the shard whose digest differed from that of a majority
 * @param digestIndex the entry of the digest
 */
public record QuarantineMark(LogPosition at, int shard, long digestIndex) {}
