package io.ostraka.raft.runtime.host;

/** Whether a linearizable read may look at the state. */
public sealed interface ReadResult {

    /**
     * The state holds everything that was acknowledged before the request. Whoever serves a group by lease, or a state
     * that can be handed away, reads the value and then compares {@link RaftGroup#leadership} with {@code term} again.
     *
     * @param term the term in which it was proved
     * @param index the commit index that the state has reached at least
     * @param byLease whether the leader's lease proved it, and no round: then the lease must still hold as well
     */
    record Ready(long term, long index, boolean byLease) implements ReadResult {}

    /**
     * The read may not go on here.
     *
     * @param refusal why
     */
    record Refused(Refusal refusal) implements ReadResult {}
}
