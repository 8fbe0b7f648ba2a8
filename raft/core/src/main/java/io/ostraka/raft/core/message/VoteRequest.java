package io.ostraka.raft.core.message;

import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;

/**
 * A candidate asks for a vote (paper, section 5.2).
 *
 * @param from who sends it
 * @param to for whom it is
 * @param term the sender's term
 * @param last where the candidate's log ends
 * @param transfer whether the leader itself asked for this election, which exempts it from stickiness
 */
public record VoteRequest(ReplicaId from, ReplicaId to, long term, LogPosition last, boolean transfer)
        implements Message {}
