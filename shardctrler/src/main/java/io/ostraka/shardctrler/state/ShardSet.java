package io.ostraka.shardctrler.state;

import java.util.Arrays;
import java.util.BitSet;

/** A set of shards. Immutable. */
public final class ShardSet {

    /** No shard. */
    public static final ShardSet EMPTY = new ShardSet(new BitSet());

    private final BitSet shards;

    private ShardSet(BitSet shards) {
        this.shards = shards;
    }

    /** The set of bytes: shard n is bit n % 8, from the lowest, of byte n / 8. */
    public static ShardSet of(byte[] bytes) {
        return new ShardSet(BitSet.valueOf(bytes));
    }

    /** As {@link #of} reads it; equal sets have equal bytes. */
    public byte[] toBytes() {
        return shards.toByteArray();
    }

    /** Whether the shard is in it. */
    public boolean contains(int shard) {
        return shards.get(shard);
    }

    /** How many there are. */
    public int size() {
        return shards.cardinality();
    }

    /** This set and one shard. */
    ShardSet and(int shard) {
        if (shards.get(shard)) {
            return this;
        }
        BitSet more = (BitSet) shards.clone();
        more.set(shard);
        return new ShardSet(more);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ShardSet that && shards.equals(that.shards);
    }

    @Override
    public int hashCode() {
        return shards.hashCode();
    }

    @Override
    public String toString() {
        return Arrays.toString(shards.stream().toArray());
    }
}
