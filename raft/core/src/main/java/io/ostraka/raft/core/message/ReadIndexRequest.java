package io.ostraka.raft.core.message;

import io.ostraka.raft.core.ReplicaId;

/**
 * A follower asks for an index at which its reads are linearizable.
 *
 * @param from who sends it
 * @param to for whom it is
 * @param term the sender's term
 * @param requestId a number that the sender uses only once
 */
public record ReadIndexRequest(ReplicaId from, ReplicaId to, long term, long requestId) implements Message {}
