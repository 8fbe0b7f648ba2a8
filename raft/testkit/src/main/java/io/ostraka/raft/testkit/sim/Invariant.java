package io.ostraka.raft.testkit.sim;

/** The rules that hold in every run; most are checked after every event. */
public enum Invariant {
    /** At most one leader a term, ever. */
    ELECTION_SAFETY,
    /** A replica votes once a term, over restarts. */
    ONE_VOTE,
    /** What a message rests on (term, vote, entries) is durable before the message leaves. */
    DURABLE_BEFORE_SENT,
    /** No message leaves that speaks of a term which its sender has left. */
    PRESENT_TERM,
    /** Logs that have an entry of the same index and term are equal up to it. */
    LOG_MATCHING,
    /** A leader never overwrites or removes entries of its own log. */
    LEADER_APPEND_ONLY,
    /** A new leader has every committed entry. */
    LEADER_COMPLETENESS,
    /** All replicas apply the same entries, in order, none that is not committed. */
    STATE_MACHINE_SAFETY,
    /** A majority has a newly committed entry on disk, and it is of the leader's own term. */
    COMMITTED_ON_QUORUM,
    /** Term, commit index and applied index of one run of a replica never fall. */
    MONOTONE,
    /** Nothing at or below the commit index is ever replaced. */
    COMMITTED_KEPT,
    /**
     * What a leader believes a follower to have, the follower has on disk, or had until a later leader replaced it; and
     * the belief never shrinks in a term.
     */
    MATCH_IS_DURABLE,
    /** After a crash a replica holds everything that was durable, and nothing that it never wrote. */
    RECOVERED_AS_WRITTEN,
    /** A leader that is quiet, or that asks another one to stand for election, has no lease. */
    LEASE_GIVEN_UP,
    /** A read sees every entry that was committed when it was asked. */
    LINEARIZABLE_READ,
    /** What is said to be applied is committed; what is said to be refused never is; nothing is committed twice. */
    TRUE_OUTCOME,
    /** No replica stops by itself. */
    NO_FAILURE,
    /** Once a majority is well, everything proposed is decided and all its replicas agree. */
    LIVENESS
}
