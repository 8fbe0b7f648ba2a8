/** The replicated state of a group: its shards, their tokens, their data, and what each command does to them. */
@NullMarked
package io.ostraka.shardkv.shard;

import org.jspecify.annotations.NullMarked;
