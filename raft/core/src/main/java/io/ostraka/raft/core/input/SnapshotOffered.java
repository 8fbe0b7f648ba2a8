package io.ostraka.raft.core.input;

import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.membership.Membership;

/**
 * A leader offers a snapshot; answered by a {@link io.ostraka.raft.core.SnapshotVerdict} of the same step. The host
 * asks when the stream opens, as often as it likes while it goes on (it counts as a sign of life), and once more before
 * it installs.
 *
 * @param from the leader
 * @param term its term
 * @param position the last entry that the snapshot stands for
 * @param membership the membership in force there
 * @param nowNanos the time now
 */
public record SnapshotOffered(ReplicaId from, long term, LogPosition position, Membership membership, long nowNanos)
        implements Input {}
