package io.ostraka.shardctrler.command;

import io.ostraka.proto.config.GroupRef;
import org.jspecify.annotations.Nullable;

/**
 * A shard that a change plans to another group.
 *
 * @param shard the shard
 * @param from group that holds its data, else the group it was planned to, else null
 * @param to group that is to serve it; null: nobody
 */
public record ShardMove(
        int shard, @Nullable GroupRef from, @Nullable GroupRef to) {}
