package io.ostraka.shardkv.migration;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigDelta;
import io.ostraka.raft.core.GroupId;
import io.ostraka.shardkv.shard.GroupConfig;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The controller as a {@link HandOverSimulation} drives it. */
public interface PlanningController {

    /** The configuration. */
    ClusterConfig config();

    /** The change that made a revision, if it is known. */
    @Nullable
    ConfigDelta delta(long revision);

    /** Lets a group join; null if it is not taken now. */
    @Nullable
    GroupId join(long gid);

    /** Tells a group to leave, if that is possible. */
    void leave(GroupId group);

    /** Moves one shard, or takes a plan back. */
    void move();

    /** Gives a group up for dead, as an administrator does who has seen to it that it is. */
    void retire(GroupId group);

    /** Whether the group is to hold shards. */
    boolean isMember(GroupId group);

    /** Whether the group was given up. */
    boolean isRetired(GroupId group);

    /** A group claims a shard that nobody owns. */
    void claim(GroupId group, int shard);

    /** A group says what its log has of a shard. */
    void report(GroupId group, OwnerReport report);

    /** A group says which groups its log knows. */
    void known(GroupId group, GroupConfig config);

    /** Groups that were told to leave and of which nothing is left, since this was asked last. */
    Set<GroupId> gone();

    /** Whether its table may be old, so that it is no evidence of who holds what. */
    boolean isRestoring();

    /**
     * Time passes.
     *
     * @param hosted the groups of which nodes have replicas, whatever the configuration says
     * @param calm whether nothing is to go wrong any more
     */
    void live(long nowMillis, Set<GroupId> hosted, boolean calm);
}
