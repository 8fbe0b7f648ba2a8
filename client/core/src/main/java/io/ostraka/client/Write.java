package io.ostraka.client;

import org.jspecify.annotations.Nullable;

/** One change of one key, alone or as an item of {@link OstrakaClient#batchAsync an atomic batch}. */
public sealed interface Write {

    /** The key that is changed. */
    Bytes key();

    /**
     * Sets the value, whatever it was.
     *
     * @param ttlMillis milliseconds after which the key is gone; 0: it stays
     */
    record Put(Bytes key, Bytes value, long ttlMillis) implements Write {}

    /** Appends to the value; a key that is absent counts as empty. An expiry that the key has stays. */
    record Append(Bytes key, Bytes value) implements Write {}

    /** Removes the key if it is there. */
    record Delete(Bytes key) implements Write {}

    /**
     * Changes the key only if its revision is the expected one.
     *
     * @param expectedRevision revision that the key must have; 0: it must be absent
     * @param value the value to set; null: delete the key
     * @param ttlMillis milliseconds after which the key is gone; 0: it stays
     */
    record CompareAndSet(
            Bytes key, long expectedRevision, @Nullable Bytes value, long ttlMillis) implements Write {}

    /** Sets {@code key} to {@code value}. */
    static Put put(Bytes key, Bytes value) {
        return new Put(key, value, 0);
    }

    /** Sets {@code key} to {@code value}, both as UTF-8. */
    static Put put(String key, String value) {
        return put(Bytes.utf8(key), Bytes.utf8(value));
    }

    /** Appends {@code value} to {@code key}. */
    static Append append(Bytes key, Bytes value) {
        return new Append(key, value);
    }

    /** Removes {@code key}. */
    static Delete delete(Bytes key) {
        return new Delete(key);
    }

    /** Sets {@code key} to {@code value} if its revision is {@code expectedRevision} (0: if it is absent). */
    static CompareAndSet compareAndSet(Bytes key, long expectedRevision, Bytes value) {
        return new CompareAndSet(key, expectedRevision, value, 0);
    }
}
