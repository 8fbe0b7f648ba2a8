package io.ostraka.raft.core;

/**
 * What a leader knows of another replica.
 *
 * @param peer the replica
 * @param matchIndex up to where its durable log is known to equal the leader's
 * @param nextIndex the index of the next entry to send
 * @param replication how it is being brought up to date
 * @param inflightBytes bytes of entries sent and not yet acknowledged
 * @param lastContactNanos when it was last heard of, on the clock of the inputs
 * @param quarantined whether it has said lately that it may not lead, since its state is not to be trusted
 */
public record PeerStatus(
        ReplicaId peer,
        long matchIndex,
        long nextIndex,
        Replication replication,
        long inflightBytes,
        long lastContactNanos,
        boolean quarantined) {

    /** How a follower is being brought up to date. */
    public enum Replication {
        /** One message at a time, to find out where its log agrees. */
        PROBE,
        /** Pipelined appends. */
        REPLICATE,
        /** By a snapshot; appends wait. */
        SNAPSHOT
    }
}
