package io.ostraka.raft.core.message;

import io.ostraka.raft.core.ReplicaId;

/**
 * Answers an {@link AppendRequest}.
 *
 * @param from who sends it
 * @param to for whom it is
 * @param term the sender's term
 * @param result whether the logs agree
 * @param round the round of the request
 */
public record AppendResponse(ReplicaId from, ReplicaId to, long term, AppendResult result, long round)
        implements Message {}
