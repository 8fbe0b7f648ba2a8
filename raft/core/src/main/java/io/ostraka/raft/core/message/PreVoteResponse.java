package io.ostraka.raft.core.message;

import io.ostraka.raft.core.ReplicaId;

/**
 * Answers a {@link PreVoteRequest}; promises nothing.
 *
 * @param from who sends it
 * @param to for whom it is
 * @param term the term of the request if granted, else the sender's own
 * @param granted whether the vote would be given
 */
public record PreVoteResponse(ReplicaId from, ReplicaId to, long term, boolean granted) implements Message {}
