package io.ostraka.raft.core.message;

import io.ostraka.raft.core.ReplicaId;

/**
 * A follower whose state is not to be trusted asks its leader for a snapshot, whatever its log holds. As long as it
 * asks, it will not stand for election.
 *
 * @param from who sends it
 * @param to for whom it is
 * @param term the sender's term
 * @param atLeast the index that the snapshot must reach
 */
public record SnapshotRequest(ReplicaId from, ReplicaId to, long term, long atLeast) implements Message {}
