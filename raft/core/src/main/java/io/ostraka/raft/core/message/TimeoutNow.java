package io.ostraka.raft.core.message;

import io.ostraka.raft.core.ReplicaId;

/**
 * The leader asks the receiver to stand for election at once (thesis, section 3.10).
 *
 * @param from who sends it
 * @param to for whom it is
 * @param term the sender's term
 */
public record TimeoutNow(ReplicaId from, ReplicaId to, long term) implements Message {}
