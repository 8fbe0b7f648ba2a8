package io.ostraka.raft.core;

/** The role that a replica plays in its term. */
public enum RoleKind {
    /** Follows a leader, or waits to hear of one. */
    FOLLOWER,
    /** Asks whether it could win an election, without raising its term. */
    PRE_CANDIDATE,
    /** Stands for election. */
    CANDIDATE,
    /** Leads its term. */
    LEADER
}
