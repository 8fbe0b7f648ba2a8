package io.ostraka.shardctrler.command;

import io.ostraka.proto.config.GroupRef;

/**
 * A group asks for the birth of a shard that nobody owns.
 *
 * @param group the group that is to have it
 * @param shard the shard
 */
public record Claim(GroupRef group, int shard) {}
