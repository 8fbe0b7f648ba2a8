package io.ostraka.shardkv.shard;

import io.ostraka.raft.core.Bytes;
import io.ostraka.shardkv.command.Decoder;
import io.ostraka.shardkv.command.Encoder;
import io.ostraka.shardkv.command.MalformedCommandException;

/**
 * Counts a shard's keys and their bytes without scans, and without a read for most blind puts.
 *
 * <p>To count exactly, a put must know what it replaces. Up to {@link #EXACT_KEYS_MAX} keys that is done for every key;
 * past that only for the sixteenth of the keys whose hash says so, which is counted from the beginning, and what it
 * counts is scaled up. What is counted depends on the keys alone, so replicas agree. Not thread-safe.
 */
final class ShardCounters {

    /** Up to here the counters are exact. */
    static final long EXACT_KEYS_MAX = 10_000;

    private static final int SAMPLE_ONE_IN = 16;

    private long keys;
    private long bytes;
    private long sampledKeys;
    private long sampledBytes;
    private boolean sampling;

    /** Whether a change of the key must be counted, hence what it replaces be read. */
    boolean counts(Bytes key) {
        return !sampling || isSampled(key);
    }

    void added(Bytes key, Bytes value) {
        count(key, 1, value);
        if (keys > EXACT_KEYS_MAX) {
            sampling = true;
        }
    }

    void removed(Bytes key, Bytes value) {
        count(key, -1, value);
    }

    void clear() {
        keys = 0;
        bytes = 0;
        sampledKeys = 0;
        sampledBytes = 0;
        sampling = false;
    }

    long keys() {
        return sampling ? sampledKeys * SAMPLE_ONE_IN : keys;
    }

    long bytes() {
        return sampling ? sampledBytes * SAMPLE_ONE_IN : bytes;
    }

    boolean isExact() {
        return !sampling;
    }

    Encoder encode(Encoder e) {
        return e.number(keys)
                .number(bytes)
                .number(sampledKeys)
                .number(sampledBytes)
                .flag(sampling);
    }

    void decode(Decoder d) throws MalformedCommandException {
        keys = d.number();
        bytes = d.number();
        sampledKeys = d.number();
        sampledBytes = d.number();
        sampling = d.flag();
    }

    private void count(Bytes key, int sign, Bytes value) {
        long size = sign * ((long) key.size() + value.size());
        if (!sampling) {
            keys += sign;
            bytes += size;
        }
        if (isSampled(key)) {
            sampledKeys += sign;
            sampledBytes += size;
        }
    }

    /** Written out, since it decides what is in the store: FNV-1a, its high bits mixed in. */
    private static boolean isSampled(Bytes key) {
        int hash = 0x811C9DC5;
        for (int i = 0; i < key.size(); i++) {
            hash = (hash ^ (key.byteAt(i) & 0xFF)) * 0x01000193;
        }
        return ((hash ^ hash >>> 15) & (SAMPLE_ONE_IN - 1)) == 0;
    }
}
