package io.ostraka.raft.core;

/**
 * Asks the host to send a snapshot to a follower for which the log no longer reaches back far enough, or whose state is
 * not to be trusted. The host answers with {@link io.ostraka.raft.core.input.SnapshotSent}. It may be asked again
 * before that, as long as the follower asks, and then goes on with what it is sending.
 *
 * @param to the follower
 * @param term the leader's term
 * @param atLeast the index that the snapshot must reach
 */
public record SnapshotNeeded(ReplicaId to, long term, long atLeast) {}
