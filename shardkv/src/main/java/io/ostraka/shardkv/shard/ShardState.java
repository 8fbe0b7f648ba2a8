package io.ostraka.shardkv.shard;

import io.ostraka.raft.core.GroupId;
import io.ostraka.shardkv.command.ExportId;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.command.ShardPlan;

/**
 * What a group's log says of its claim to one shard (DESIGN section 5). {@link Transitions} alone makes the next one.
 */
public sealed interface ShardState {

    /**
     * The group has nothing of the shard.
     *
     * @param lastEpoch the highest epoch that it saw of the shard in its own log; 0: it never held it
     */
    record Absent(long lastEpoch) implements ShardState {

        /** The state of a shard that the group never held. */
        public static final Absent NEVER_HELD = new Absent(0);
    }

    /** The group holds the token and serves. */
    record Serving(long epoch) implements ShardState {}

    /** The group holds the token and serves, and hands the shard over. */
    record Exporting(long epoch, ExportId exportId, GroupId target) implements ShardState {}

    /**
     * The group keeps a copy that nobody changes, and only the successor may have {@code epoch}.
     *
     * @param epoch the successor's: one more than the group served at
     * @param shardTimeMillis the shard's time at the freeze
     */
    record Frozen(long epoch, ExportId exportId, GroupId successor, long shardTimeMillis) implements ShardState {}

    /**
     * The group collects a copy.
     *
     * @param epoch the source's; the group will serve at one more
     * @param lastEpoch what {@link Absent} said before
     */
    record Importing(long epoch, ExportId exportId, GroupId source, long lastEpoch, ImportProgress progress)
            implements ShardState {}

    /**
     * The group was given up for dead: it never serves the shard again, and keeps what it has of it until it is
     * forgotten.
     *
     * @param lastEpoch the highest epoch that it saw of the shard in its own log
     */
    record Retired(long lastEpoch) implements ShardState {}

    /** Whether the group answers requests for the shard. */
    default boolean isServing() {
        return switch (this) {
            case Serving ignored -> true;
            case Exporting ignored -> true;
            case Absent ignored -> false;
            case Frozen ignored -> false;
            case Importing ignored -> false;
            case Retired ignored -> false;
        };
    }

    /**
     * The epoch at which the group serves, or -1 if it does not. Equal before and after a read means: served all along.
     */
    default long servingEpoch() {
        return switch (this) {
            case Serving s -> s.epoch();
            case Exporting e -> e.epoch();
            case Absent ignored -> -1;
            case Frozen ignored -> -1;
            case Importing ignored -> -1;
            case Retired ignored -> -1;
        };
    }

    /** The lowest epoch of the shard at which the group serves or ever may serve from now on. */
    default long lowestEpochToServe() {
        return switch (this) {
            case Absent a -> a.lastEpoch() + 1;
            case Serving s -> s.epoch();
            case Exporting e -> e.epoch();
            case Frozen f -> f.epoch() + 1;
            case Importing i -> i.epoch() + 1;
            case Retired ignored -> Long.MAX_VALUE;
        };
    }

    /** The highest epoch of the shard that the group saw in its own log; 0: none. */
    default long lastEpoch() {
        return switch (this) {
            case Absent a -> a.lastEpoch();
            case Serving s -> s.epoch();
            case Exporting e -> e.epoch();
            case Frozen f -> f.epoch();
            case Importing i -> i.lastEpoch();
            case Retired r -> r.lastEpoch();
        };
    }

    /**
     * The highest epoch of the shard at which anybody can have planned a hand-over from this group: that an epoch is
     * its own, others learn from its log, or from the configuration, which then says so here too.
     */
    default long highestEpochToHandOver(GroupId self, ShardPlan plan) {
        return Math.max(lowestEpochToServe(), self.equals(plan.owner()) ? plan.epoch() : 0);
    }

    /** Whether the state is {@code EXPORTING} of exactly this hand-over. */
    default boolean isExporting(ExportName name) {
        return this instanceof Exporting e
                && e.epoch() == name.epoch()
                && e.exportId().equals(name.exportId())
                && e.target().equals(name.importer());
    }

    /** Whether the state is {@code FROZEN} of exactly this hand-over. */
    default boolean isFrozenFor(ExportName name) {
        return this instanceof Frozen f
                && f.epoch() == name.epoch() + 1
                && f.exportId().equals(name.exportId())
                && f.successor().equals(name.importer());
    }

    /** Whether the state is {@code IMPORTING} of exactly this hand-over. */
    default boolean isImporting(ExportName name) {
        return this instanceof Importing i
                && i.epoch() == name.epoch()
                && i.exportId().equals(name.exportId())
                && i.source().equals(name.source());
    }
}
