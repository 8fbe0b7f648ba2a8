/**
 * What the leader of a group does so that shards move: pure agents that turn events into actions. They keep nothing
 * that matters; a new leader's agents start from what the log says.
 */
@NullMarked
package io.ostraka.shardkv.migration;

import org.jspecify.annotations.NullMarked;
