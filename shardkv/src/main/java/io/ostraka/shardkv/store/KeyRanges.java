package io.ostraka.shardkv.store;

import io.ostraka.raft.core.Bytes;

/** The one rule for the ranges of scans and range deletions. */
final class KeyRanges {

    private KeyRanges() {}

    static void check(Bytes from, Bytes to) {
        if (from.compareTo(to) > 0) {
            throw new IllegalArgumentException("a range begins above its end");
        }
    }
}
