package io.ostraka.shardkv.command;

import io.ostraka.raft.core.GroupId;

/**
 * What the configuration says of one group, as far as other groups need it.
 *
 * @param group its identity
 * @param leaving whether it was told to leave
 */
public record GroupPlan(GroupId group, boolean leaving) {}
