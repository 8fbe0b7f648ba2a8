package io.ostraka.raft.core.message;

import io.ostraka.raft.core.ReplicaId;

/**
 * Answers a {@link VoteRequest}.
 *
 * @param from who sends it
 * @param to for whom it is
 * @param term the sender's term
 * @param granted whether the vote is given
 */
public record VoteResponse(ReplicaId from, ReplicaId to, long term, boolean granted) implements Message {}
