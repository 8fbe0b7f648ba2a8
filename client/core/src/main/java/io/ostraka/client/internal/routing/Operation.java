package io.ostraka.client.internal.routing;

import io.ostraka.client.Bytes;
import io.ostraka.client.RequestId;
import io.ostraka.client.Write;
import io.ostraka.proto.Limits;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a caller asks for. */
public sealed interface Operation {

    /** Bytes of its keys and values. */
    long sizeBytes();

    /** For messages: what it is, never what it stores. */
    String describe();

    /** Why no server would take it, whichever it is asked; null if nothing is wrong with it. */
    @Nullable
    String flaw();

    /**
     * Read of one key.
     *
     * @param key the key
     * @param maxStaleness null: from the leader; else from any replica, with all that was acknowledged that long ago
     */
    record Get(Bytes key, @Nullable Duration maxStaleness) implements Operation {

        /** Whether any replica may answer. */
        boolean isFromAny() {
            return maxStaleness != null;
        }

        @Override
        public long sizeBytes() {
            return key.size();
        }

        @Override
        public String describe() {
            return "get of " + key;
        }

        @Override
        public @Nullable String flaw() {
            return maxStaleness != null && maxStaleness.isNegative()
                    ? "nothing can be newer than now: the staleness that is allowed is below zero"
                    : keyFlaw(key);
        }
    }

    /** One change of one key. */
    record Change(Write write) implements Operation {
        @Override
        public long sizeBytes() {
            return bytesOf(write);
        }

        @Override
        public String describe() {
            return nameOf(write) + " of " + write.key();
        }

        @Override
        public @Nullable String flaw() {
            return writeFlaw(write);
        }
    }

    /** Several changes of one shard, all or none. */
    record Batch(List<Write> writes) implements Operation {
        /** Copies the list. */
        public Batch {
            writes = List.copyOf(writes);
        }

        @Override
        public long sizeBytes() {
            return writes.stream().mapToLong(Operation::bytesOf).sum();
        }

        @Override
        public String describe() {
            return "batch of " + writes.size() + " changes";
        }

        @Override
        public @Nullable String flaw() {
            if (writes.isEmpty()) {
                return "a batch needs at least one change";
            }
            if (writes.size() > Limits.BATCH_ITEMS_MAX) {
                return "the batch has " + writes.size() + " changes, the limit is " + Limits.BATCH_ITEMS_MAX;
            }
            if (sizeBytes() > Limits.BATCH_BYTES_MAX) {
                return "the batch has " + sizeBytes() + " bytes, the limit is " + Limits.BATCH_BYTES_MAX;
            }
            for (Write write : writes) {
                String flaw = writeFlaw(write);
                if (flaw != null) {
                    return flaw;
                }
            }
            return null;
        }
    }

    /** Question what became of a write. */
    record Ask(RequestId request) implements Operation {
        @Override
        public long sizeBytes() {
            return 0;
        }

        @Override
        public String describe() {
            return "question for request " + request;
        }

        @Override
        public @Nullable String flaw() {
            return null;
        }
    }

    private static @Nullable String keyFlaw(Bytes key) {
        if (key.isEmpty()) {
            return "the key is empty: a key has 1 to " + Limits.KEY_BYTES_MAX + " bytes";
        }
        return Limits.isKeySize(key.size())
                ? null
                : "the key has " + key.size() + " bytes, the limit is " + Limits.KEY_BYTES_MAX;
    }

    private static @Nullable String writeFlaw(Write write) {
        int valueBytes = valueOf(write).size();
        if (valueBytes > Limits.VALUE_BYTES_MAX_CEILING) {
            return "the value has " + valueBytes + " bytes, no cluster takes more than "
                    + Limits.VALUE_BYTES_MAX_CEILING;
        }
        long ttlMillis = ttlOf(write);
        if (ttlMillis < 0 || ttlMillis > Limits.TTL_MILLIS_MAX) {
            return "a time to live is 0 to " + Limits.TTL_MILLIS_MAX + " ms, this one is " + ttlMillis;
        }
        if (write instanceof Write.CompareAndSet swap && swap.expectedRevision() < 0) {
            return "the expected revision is negative; 0 means that the key must be absent";
        }
        return keyFlaw(write.key());
    }

    private static long ttlOf(Write write) {
        if (write instanceof Write.Put put) {
            return put.ttlMillis();
        }
        return write instanceof Write.CompareAndSet swap ? swap.ttlMillis() : 0;
    }

    private static long bytesOf(Write write) {
        return (long) write.key().size() + valueOf(write).size();
    }

    private static Bytes valueOf(Write write) {
        Bytes value = null;
        if (write instanceof Write.Put put) {
            value = put.value();
        } else if (write instanceof Write.Append append) {
            value = append.value();
        } else if (write instanceof Write.CompareAndSet swap) {
            value = swap.value();
        }
        return value == null ? Bytes.EMPTY : value;
    }

    private static String nameOf(Write write) {
        if (write instanceof Write.Put) {
            return "put";
        }
        if (write instanceof Write.Append) {
            return "append";
        }
        return write instanceof Write.Delete ? "delete" : "compare-and-set";
    }
}
