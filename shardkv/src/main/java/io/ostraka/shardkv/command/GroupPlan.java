package io.ostraka.shardkv.command;

import io.ostraka.proto.config.GroupStanding;
import io.ostraka.raft.core.GroupId;

/**
 * What the configuration says of one group, as far as other groups need it.
 *
 * @param group its identity
 * @param standing what it is to the cluster
 */
public record GroupPlan(GroupId group, GroupStanding standing) {

    /** A group that was told to leave, or a member. */
    public GroupPlan(GroupId group, boolean leaving) {
        this(group, leaving ? GroupStanding.LEAVING : GroupStanding.MEMBER);
    }

    /** Whether it was told to leave. */
    public boolean leaving() {
        return standing == GroupStanding.LEAVING;
    }

    /** Whether it was given up for dead: nothing is taken from it or handed to it any more. */
    public boolean retired() {
        return standing == GroupStanding.RETIRED;
    }
}
