package io.ostraka.shardkv.command;

/**
 * A 128-bit sum over the items of a shard that does not depend on their order: the sum modulo 2^128 of one strong hash
 * an item, so that items can be added and taken away one by one.
 *
 * @param high the upper 64 bits
 * @param low the lower 64 bits
 */
public record Digest(long high, long low) {

    /** The digest of no item. */
    public static final Digest EMPTY = new Digest(0, 0);

    /** The digest of the items of both. */
    public Digest plus(Digest other) {
        long lowSum = low + other.low;
        long carry = Long.compareUnsigned(lowSum, low) < 0 ? 1 : 0;
        return new Digest(high + other.high + carry, lowSum);
    }

    /** The digest of the items of this that are not in {@code other}, all of whose items must be in this. */
    public Digest minus(Digest other) {
        long borrow = Long.compareUnsigned(low, other.low) < 0 ? 1 : 0;
        return new Digest(high - other.high - borrow, low - other.low);
    }

    @Override
    public String toString() {
        return "%016x%016x".formatted(high, low);
    }
}
