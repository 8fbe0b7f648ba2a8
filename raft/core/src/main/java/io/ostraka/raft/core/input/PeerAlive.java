package io.ostraka.raft.core.input;

import io.ostraka.raft.core.ReplicaId;

/**
 * The node of a follower has answered a node heartbeat: stands in for an answer to a heartbeat of the group's own when
 * the leader asks itself whether it still reaches a majority. It extends no lease and proves no read.
 *
 * @param peer the follower
 * @param term the term that the follower's node knows of this group
 * @param sentNanos when the heartbeat that was answered had been sent, on this node's clock
 * @param nowNanos the time now
 */
public record PeerAlive(ReplicaId peer, long term, long sentNanos, long nowNanos) implements Input {}
