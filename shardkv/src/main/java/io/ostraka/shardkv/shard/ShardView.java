package io.ostraka.shardkv.shard;

import io.ostraka.shardkv.command.ExportName;
import org.jspecify.annotations.Nullable;

/**
 * One shard as of the last apply. Immutable.
 *
 * @param shard which one
 * @param state the group's claim to it
 * @param revision the shard's revision
 * @param timeOffsetMillis what shard time is ahead of log time
 * @param floorMillis the floor of the sessions' table
 * @param size what it holds
 * @param nextExpiryMillis the earliest shard time at which a key may expire; {@link Long#MAX_VALUE}: none
 * @param arrivedBy the hand-over that brought the shard, if the group serves it by one
 */
public record ShardView(
        int shard,
        ShardState state,
        long revision,
        long timeOffsetMillis,
        long floorMillis,
        ShardSize size,
        long nextExpiryMillis,
        @Nullable ExportName arrivedBy) {

    /**
     * What a shard holds.
     *
     * @param keys keys, expired ones counted until they are purged
     * @param bytes bytes of keys and values
     * @param exact whether both are counted rather than estimated from a sample
     * @param sessionRecords sessions and undone writes remembered
     */
    public record ShardSize(long keys, long bytes, boolean exact, long sessionRecords) {

        /** Nothing. */
        public static final ShardSize NONE = new ShardSize(0, 0, true, 0);
    }

    /** A shard of which the group never heard. */
    static ShardView neverHeld(int shard) {
        return new ShardView(shard, ShardState.Absent.NEVER_HELD, 0, 0, 0, ShardSize.NONE, Long.MAX_VALUE, null);
    }

    /** Shard time at the log time given. */
    public long shardTimeMillis(long logTimeMillis) {
        return logTimeMillis + timeOffsetMillis;
    }
}
