package io.ostraka.raft.core.input;

import io.ostraka.raft.core.ReplicaId;

/**
 * The heartbeat of the leader's node names this group: stands in for a heartbeat of the group's own. A follower of a
 * quiet leader needs it several times within an election timeout.
 *
 * @param leader who leads
 * @param term in which term
 * @param nowNanos the time now
 */
public record LeaderAlive(ReplicaId leader, long term, long nowNanos) implements Input {}
