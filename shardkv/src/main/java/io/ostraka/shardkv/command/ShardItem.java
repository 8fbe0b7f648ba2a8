package io.ostraka.shardkv.command;

import io.ostraka.raft.core.Bytes;

/**
 * One row of a shard on its way to another group: data and sessions' rows alike.
 *
 * @param key the key inside the shard's range, with its kind byte
 * @param revision the shard's revision that made the row
 * @param tombstone whether the row was deleted at that revision; then without content
 * @param content the row without its revision
 */
public record ShardItem(Bytes key, long revision, boolean tombstone, Bytes content) {}
