package io.ostraka.raft.core.input;

/**
 * Something that happened to a replica.
 *
 * <p>Times are nanoseconds of one monotonic clock with any origin; a time before one seen earlier counts as that one.
 */
public sealed interface Input
        permits Applied,
                LeaderAlive,
                PeerAlive,
                PeerUnreachable,
                Persisted,
                Propose,
                Quarantined,
                Read,
                Received,
                Released,
                SnapshotInstalled,
                SnapshotOffered,
                SnapshotSent,
                Tick,
                TransferLeadership,
                Wake {}
