package io.ostraka.shardkv.store;

import io.ostraka.raft.core.Bytes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Changes that a store applies together, in the order of the calls. Reusable after {@link #clear}; not thread-safe. */
public final class StoreBatch {

    /** One change of a batch. */
    public sealed interface Change {}

    /** Sets the value of {@code key}. */
    public record Put(Bytes key, Bytes value) implements Change {}

    /** Removes {@code key}, if it is there. */
    public record Delete(Bytes key) implements Change {}

    /** Removes every key from {@code from} (inclusive) to {@code to} (exclusive). */
    public record DeleteRange(Bytes from, Bytes to) implements Change {}

    private final List<Change> changes = new ArrayList<>();
    private long bytes;

    /** Sets the value of {@code key}. */
    public StoreBatch put(Bytes key, Bytes value) {
        changes.add(new Put(key, value));
        bytes += (long) key.size() + value.size();
        return this;
    }

    /** Removes {@code key}, if it is there. */
    public StoreBatch delete(Bytes key) {
        changes.add(new Delete(key));
        bytes += key.size();
        return this;
    }

    /**
     * Removes every key from {@code from} (inclusive) to {@code to} (exclusive), those put earlier in this batch too.
     *
     * @throws IllegalArgumentException if {@code from} is above {@code to}
     */
    public StoreBatch deleteRange(Bytes from, Bytes to) {
        KeyRanges.check(from, to);
        changes.add(new DeleteRange(from, to));
        bytes += (long) from.size() + to.size();
        return this;
    }

    /** The changes in order; a view that follows this batch. */
    public List<Change> changes() {
        return Collections.unmodifiableList(changes);
    }

    /** Whether there is nothing to apply. */
    public boolean isEmpty() {
        return changes.isEmpty();
    }

    /** The bytes of all keys and values in it. */
    public long byteSize() {
        return bytes;
    }

    /** Forgets all changes. */
    public void clear() {
        changes.clear();
        bytes = 0;
    }
}
