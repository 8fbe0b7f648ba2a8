package io.ostraka.shardkv.command;

import io.ostraka.raft.core.Bytes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a client asks to be written. */
public sealed interface WriteOp {

    /** A change of one key, alone or inside an {@link Atomic}. */
    sealed interface KeyOp extends WriteOp {

        /** The key that is changed. */
        Bytes key();
    }

    /**
     * Sets a key, whatever it held.
     *
     * @param ttlMillis shard time until the key is no longer visible; 0: does not expire
     */
    record Put(Bytes key, Bytes value, long ttlMillis) implements KeyOp {}

    /** Adds to the end of a key's value; an absent key counts as empty. Keeps the key's expiry. */
    record Append(Bytes key, Bytes value) implements KeyOp {}

    /** Removes a key. */
    record Delete(Bytes key) implements KeyOp {}

    /**
     * Changes a key only if it has the revision expected.
     *
     * @param expectedRevision the revision that the key must have; 0: it must be absent
     * @param value the new value; null: delete
     * @param ttlMillis as in {@link Put}
     */
    record CompareAndSet(
            Bytes key, long expectedRevision, @Nullable Bytes value, long ttlMillis) implements KeyOp {}

    /** Several changes of one shard: all of them, or none if a condition does not hold. */
    record Atomic(List<KeyOp> ops) implements WriteOp {

        /** Keeps its own copy. */
        public Atomic {
            ops = List.copyOf(ops);
        }
    }

    /** Asks what became of the write of this number; if it never ran, records that it never will. */
    record Ask() implements WriteOp {}
}
