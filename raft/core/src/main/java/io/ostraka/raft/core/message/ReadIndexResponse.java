package io.ostraka.raft.core.message;

import io.ostraka.raft.core.ReplicaId;

/**
 * Answers a {@link ReadIndexRequest}.
 *
 * @param from who sends it
 * @param to for whom it is
 * @param term the sender's term
 * @param requestId the number of the request
 * @param index the index that the follower must have applied, 0 if not granted
 * @param granted whether the index holds
 */
public record ReadIndexResponse(ReplicaId from, ReplicaId to, long term, long requestId, long index, boolean granted)
        implements Message {}
