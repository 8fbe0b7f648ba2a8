package io.ostraka.raft.core.message;

import io.ostraka.raft.core.ReplicaId;

/**
 * Shows that the leader is alive, carries the commit index, and asks for an answer that proves the leadership.
 *
 * @param from who sends it
 * @param to for whom it is
 * @param term the sender's term
 * @param commit an index that is committed and that the receiver is known to have
 * @param round the leader's latest round
 */
public record Heartbeat(ReplicaId from, ReplicaId to, long term, long commit, long round) implements Message {}
