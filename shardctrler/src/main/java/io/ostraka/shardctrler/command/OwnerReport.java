package io.ostraka.shardctrler.command;

import io.ostraka.proto.config.GroupRef;
import org.jspecify.annotations.Nullable;

/**
 * What a group's own log says of a shard.
 *
 * @param group the group that speaks
 * @param at the shard and the epoch at which the group has it
 * @param appliedRevision revision of the configuration that this log has applied
 * @param state state of the shard in this log
 * @param peer the group that it is exported to, frozen for or imported from
 */
public record OwnerReport(
        GroupRef group,
        ShardEpoch at,
        long appliedRevision,
        TokenState state,
        @Nullable GroupRef peer) {

    /**
     * A shard at an epoch.
     *
     * @param shard number of the shard
     * @param epoch its epoch
     */
    public record ShardEpoch(int shard, long epoch) {}

    /** Whether the group says that it holds the token; an export must name its successor. */
    public boolean holdsToken() {
        return switch (state) {
            case SERVING -> true;
            case EXPORTING -> peer != null;
            case ABSENT, FROZEN, IMPORTING, RETIRED -> false;
        };
    }
}
