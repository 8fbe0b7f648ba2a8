package io.ostraka.raft.core.message;

import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;

/**
 * Asks whether the receiver would vote for the sender (thesis, section 9.6). Nobody's term changes by it.
 *
 * @param from who sends it
 * @param to for whom it is
 * @param term the term in which the sender would stand: one more than its own
 * @param last where the sender's log ends
 */
public record PreVoteRequest(ReplicaId from, ReplicaId to, long term, LogPosition last) implements Message {}
