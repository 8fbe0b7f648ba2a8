package io.ostraka.shardkv.shard;

/**
 * How much one apply may write at once, and so hold in memory. Part of what is replicated: which write is refused for
 * it must be the same on every replica.
 *
 * <p>Changes that add to what is there make more of a request than it holds: a batch of 4,096 small appends may write
 * 4,096 of the largest values.
 *
 * @param writtenBytesMax bytes of values that the changes of one write may write together; and past which an entry
 *     takes no further write
 * @param batchBytesMax bytes past which nothing more is added to a batch for the store, once an entry is complete; the
 *     only one that may differ from replica to replica
 */
public record ApplyLimits(long writtenBytesMax, long batchBytesMax) {

    /** For values of up to 8 MiB. */
    public static final ApplyLimits DEFAULT = new ApplyLimits(32L << 20, 4L << 20);

    /** Refuses what cannot work with {@link IllegalArgumentException}. */
    public ApplyLimits {
        if (writtenBytesMax < 1 || batchBytesMax < 1) {
            throw new IllegalArgumentException("an apply must be able to write something");
        }
    }
}
