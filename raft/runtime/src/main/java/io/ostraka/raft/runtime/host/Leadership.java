package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.ReplicaId;
import org.jspecify.annotations.Nullable;

/**
 * What a replica last published about who leads its group.
 *
 * @param term the replica's term
 * @param leads whether this replica leads in that term
 * @param leader the leader, if known
 * @param commit the commit index
 * @param leaseUntilNanos until when, on the host's clock, this leader may serve reads without a round; meaningless
 *     unless {@code leased}
 * @param leased whether there is a lease at all: in read mode LEASE, for a leader that holds one
 */
public record Leadership(
        long term, boolean leads, @Nullable ReplicaId leader, long commit, long leaseUntilNanos, boolean leased) {

    /** What is published of a replica before its first turn, and after it has stopped. */
    public static final Leadership NONE = new Leadership(0, false, null, 0, 0, false);

    /** Whether a read may be served at {@code nowNanos} by the lease alone. */
    public boolean leasedAt(long nowNanos) {
        return leads && leased && leaseUntilNanos - nowNanos > 0;
    }
}
