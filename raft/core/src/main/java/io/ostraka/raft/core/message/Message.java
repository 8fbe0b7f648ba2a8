package io.ostraka.raft.core.message;

import io.ostraka.raft.core.ReplicaId;

/** A message from one replica of a group to another. */
public sealed interface Message
        permits AppendRequest,
                AppendResponse,
                Heartbeat,
                HeartbeatResponse,
                PreVoteRequest,
                PreVoteResponse,
                ReadIndexRequest,
                ReadIndexResponse,
                SnapshotRequest,
                TimeoutNow,
                VoteRequest,
                VoteResponse {

    /** Who sends it. */
    ReplicaId from();

    /** For whom it is. */
    ReplicaId to();

    /** The sender's term when it sent this; the messages of a pre-vote speak of the term to come. */
    long term();
}
