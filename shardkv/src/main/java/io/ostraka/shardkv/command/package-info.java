/** What a group's log says: the commands that change a group's shards, as values, and their bounded encoding. */
@NullMarked
package io.ostraka.shardkv.command;

import org.jspecify.annotations.NullMarked;
