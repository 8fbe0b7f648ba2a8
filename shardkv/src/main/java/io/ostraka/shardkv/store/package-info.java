/**
 * The ordered store of a node: one for all its replicas, its keys prefixed by replica and shard (DESIGN section 7). The
 * Raft log is its write-ahead log: what was written is durable only once {@link KvStore#flush} returned.
 */
@NullMarked
package io.ostraka.shardkv.store;

import org.jspecify.annotations.NullMarked;
