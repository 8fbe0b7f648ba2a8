package io.ostraka.shardkv.server;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.ShardRow;
import io.ostraka.raft.core.GroupId;
import io.ostraka.shardkv.shard.ShardState;
import org.jspecify.annotations.Nullable;

/**
 * What a group's leader does with a request for a shard, from its own state and, only where it does not hold the shard,
 * from the configuration (DESIGN section 5). Pure.
 */
sealed interface ShardAdmission {

    /** The group serves it, at this epoch. */
    record Serve(long epoch) implements ShardAdmission {}

    /** The shard is about to arrive here: wait. Never sent back to where it comes from. */
    record Arriving() implements ShardAdmission {}

    /**
     * Another group has it or gets it.
     *
     * @param where that group, if known
     * @param epoch the epoch at which it has the shard, as far as known here
     */
    record Elsewhere(@Nullable GroupRef where, long epoch) implements ShardAdmission {}

    /** Decides it for a shard that {@code config}, if there is one, has. */
    static ShardAdmission of(GroupId self, int shard, ShardState state, @Nullable ClusterConfig config) {
        return switch (state) {
            case ShardState.Serving serving -> new Serve(serving.epoch());
            case ShardState.Exporting exporting -> new Serve(exporting.epoch());
            case ShardState.Importing _ -> new Arriving();
            case ShardState.Frozen frozen -> new Elsewhere(ref(frozen.successor()), frozen.epoch());
            case ShardState.Absent absent ->
                config == null ? new Elsewhere(null, 0) : absent(ref(self), absent.lastEpoch(), config.shard(shard));
        };
    }

    private static ShardAdmission absent(GroupRef self, long lastEpoch, ShardRow row) {
        boolean ownsByConfig = self.equals(row.owner()) && row.epoch() > lastEpoch;
        if (ownsByConfig || self.equals(row.target())) {
            return new Arriving();
        }
        // The configuration still names this group as owner where the new one has not reported itself yet.
        GroupRef where = row.owner() == null || self.equals(row.owner()) ? row.target() : row.owner();
        return new Elsewhere(where, row.epoch());
    }

    /** The identity of a group as the configuration names it. */
    static GroupRef ref(GroupId id) {
        return new GroupRef(id.gid(), id.incarnation());
    }
}
