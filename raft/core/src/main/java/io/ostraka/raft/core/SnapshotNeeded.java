package io.ostraka.raft.core;

/**
 * Asks the host to send a snapshot to a follower for which the log no longer reaches back far enough. The host answers
 * with {@link io.ostraka.raft.core.input.SnapshotSent}; until then the same is not asked again in this term.
 *
 * @param to the follower
 * @param term the leader's term
 * @param atLeast the index that the snapshot must reach
 */
public record SnapshotNeeded(ReplicaId to, long term, long atLeast) {}
