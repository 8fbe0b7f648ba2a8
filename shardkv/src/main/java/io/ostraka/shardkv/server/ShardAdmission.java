package io.ostraka.shardkv.server;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.RestoreStage;
import io.ostraka.proto.config.ShardRecovery;
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
        if (config == null) {
            return unconfigured(state);
        }
        GroupRef ref = ref(self);
        ShardRow row = config.shard(shard);
        if (isGivenUp(self, config)) {
            return elsewhere(ref, row);
        }
        return switch (state) {
            case ShardState.Serving serving -> new Serve(serving.epoch());
            case ShardState.Exporting exporting -> new Serve(exporting.epoch());
            case ShardState.Importing _ -> new Arriving();
            case ShardState.Frozen frozen ->
                row.recovery() != ShardRecovery.NONE && ref.equals(row.owner())
                        ? new Arriving()
                        : new Elsewhere(ref(frozen.successor()), frozen.epoch());
            case ShardState.Absent absent -> absent(ref, absent.lastEpoch(), row);
            case ShardState.Retired _ -> elsewhere(ref, row);
        };
    }

    private static ShardAdmission unconfigured(ShardState state) {
        return switch (state) {
            case ShardState.Serving serving -> new Serve(serving.epoch());
            case ShardState.Exporting exporting -> new Serve(exporting.epoch());
            case ShardState.Importing _ -> new Arriving();
            case ShardState.Frozen frozen -> new Elsewhere(ref(frozen.successor()), frozen.epoch());
            case ShardState.Absent _ -> new Elsewhere(null, 0);
            case ShardState.Retired _ -> new Elsewhere(null, 0);
        };
    }

    /**
     * Whether the group serves nothing any more, whatever its own log says yet: it was given up for dead, or is gone
     * altogether. What a node has heard holds for its replicas at once; but controllers that were restored and still
     * ask may not know yet that it lives.
     */
    static boolean isGivenUp(GroupId self, @Nullable ClusterConfig config) {
        if (config == null || config.num() < self.incarnation()) {
            return false;
        }
        boolean stillAsked = config.terms().stage() == RestoreStage.HEARING
                && config.terms().mayHaveLost(self.incarnation())
                && config.group(ref(self)).isEmpty();
        return !stillAsked && !config.isAlive(ref(self));
    }

    private static ShardAdmission absent(GroupRef self, long lastEpoch, ShardRow row) {
        boolean ownsByConfig = self.equals(row.owner()) && row.epoch() > lastEpoch;
        return ownsByConfig || self.equals(row.target()) ? new Arriving() : elsewhere(self, row);
    }

    private static Elsewhere elsewhere(GroupRef self, ShardRow row) {
        // The configuration still names this group as owner where the new one has not reported itself yet.
        GroupRef where = row.owner() == null || self.equals(row.owner()) ? row.target() : row.owner();
        return new Elsewhere(where, row.epoch());
    }

    /** The identity of a group as the configuration names it. */
    static GroupRef ref(GroupId id) {
        return new GroupRef(id.gid(), id.incarnation());
    }
}
