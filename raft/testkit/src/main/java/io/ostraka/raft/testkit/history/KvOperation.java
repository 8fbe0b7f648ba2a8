package io.ostraka.raft.testkit.history;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An operation on keys whose values carry revisions. Every write that runs makes a revision that is higher than all
 * before it on the same keys. Keys and values are text; who has bytes gives each of them as one character (ISO-8859-1),
 * so that appending stays what it is.
 */
public sealed interface KvOperation {

    /** The keys that it reads or changes. */
    Set<String> keys();

    /** A change of one key, alone or as an item of a batch. */
    sealed interface Write extends KvOperation {

        /** The key that it changes. */
        String key();

        @Override
        default Set<String> keys() {
            return Set.of(key());
        }
    }

    /** Reads a key. */
    record Get(String key) implements KvOperation {
        @Override
        public Set<String> keys() {
            return Set.of(key);
        }

        @Override
        public String toString() {
            return "get " + key;
        }
    }

    /** Sets the value, whatever it was. */
    record Put(String key, String value) implements Write {
        @Override
        public String toString() {
            return "put " + key + " " + KvText.quoted(value);
        }
    }

    /** Appends to the value; a key that is absent counts as empty. */
    record Append(String key, String value) implements Write {
        @Override
        public String toString() {
            return "append " + key + " " + KvText.quoted(value);
        }
    }

    /** Removes the key if it is there. */
    record Delete(String key) implements Write {
        @Override
        public String toString() {
            return "delete " + key;
        }
    }

    /**
     * Changes the key only if its revision is the expected one.
     *
     * @param expectedRevision revision that the key must have; 0: it must be absent
     * @param value the value to set; null: delete the key
     */
    record CompareAndSet(
            String key, long expectedRevision, @Nullable String value) implements Write {
        @Override
        public String toString() {
            return "cas " + key + " " + expectedRevision + " " + (value == null ? "delete" : KvText.quoted(value));
        }
    }

    /** Changes several keys one after the other as one revision; none of them if a condition does not hold. */
    record Batch(List<Write> writes) implements KvOperation {
        /** Copies the list. */
        public Batch {
            writes = List.copyOf(writes);
        }

        @Override
        public Set<String> keys() {
            return writes.stream().map(Write::key).collect(Collectors.toCollection(LinkedHashSet::new));
        }

        @Override
        public String toString() {
            return writes.stream().map(Write::toString).collect(Collectors.joining("; ", "batch {", "}"));
        }
    }
}
