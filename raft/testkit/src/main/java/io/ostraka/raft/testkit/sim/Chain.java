package io.ostraka.raft.testkit.sim;

import io.ostraka.raft.core.Entry;

/** The hash of a log up to an entry, which depends on all entries before it. */
public final class Chain {

    /** The hash of the empty log. */
    public static final long EMPTY = 0x6f73_7472_616b_61L;

    private Chain() {}

    /** Returns the hash up to {@code entry}, of a log that has the hash {@code before} ahead of it. */
    public static long next(long before, Entry entry) {
        long content = mix(entry.term(), entry.payload().hashCode());
        return mix(mix(before, entry.index()), content + entry.type().name().length());
    }

    /** Mixes two numbers into one, in which each bit depends on each of theirs. */
    public static long mix(long a, long b) {
        long z = (a ^ Long.rotateLeft(b * 0x9e37_79b9_7f4a_7c15L, 29)) + 0x9e37_79b9_7f4a_7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d0_49bb_1331_11ebL;
        return z ^ (z >>> 31);
    }
}
