package io.ostraka.raft.core.message;

import io.ostraka.raft.core.ReplicaId;

/**
 * Answers a {@link Heartbeat}.
 *
 * @param from who sends it
 * @param to for whom it is
 * @param term the sender's term
 * @param round the heartbeat's round, or 0 if it answers none and only asks a quiet leader to speak up
 */
public record HeartbeatResponse(ReplicaId from, ReplicaId to, long term, long round) implements Message {}
