package io.ostraka.raft.core;

/** How a leader proves that it is still the leader before it answers a read. */
public enum ReadMode {
    /** By a quorum round that starts after the read arrived; no assumption about clocks. */
    READ_INDEX,
    /** By a lease on the monotonic clock where there is one, else by a round; trusts bounded clock drift. */
    LEASE
}
