package io.ostraka.shardkv.shard;

import io.ostraka.raft.core.Bytes;
import io.ostraka.shardkv.command.Encoder;

/**
 * What a key holds.
 *
 * @param revision the shard's revision that wrote it
 * @param expiresAtMillis the shard time from which it is no longer visible; 0: never
 * @param value the value
 */
record DataRow(long revision, long expiresAtMillis, Bytes value) {

    boolean isVisibleAt(long shardTimeMillis) {
        return expiresAtMillis == 0 || expiresAtMillis > shardTimeMillis;
    }

    Bytes encode() {
        return new Encoder(16 + value.size())
                .u64(revision)
                .u64(expiresAtMillis)
                .raw(value)
                .finish();
    }
}
