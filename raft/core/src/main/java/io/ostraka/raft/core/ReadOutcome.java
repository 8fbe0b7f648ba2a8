package io.ostraka.raft.core;

import org.jspecify.annotations.Nullable;

/** What became of a linearizable read. */
public sealed interface ReadOutcome {

    /** The id that the reader gave it. */
    long readId();

    /**
     * The read may be answered from any state at or past {@code index}, after its host has checked that nothing moved
     * meanwhile.
     *
     * @param readId the id that the reader gave it
     * @param index how far the state machine must have applied
     * @param term the term of the leader that proved it
     * @param byLease whether this replica's lease proved it, and no round: then the lease is to be checked again, too
     */
    record Ready(long readId, long index, long term, boolean byLease) implements ReadOutcome {}

    /**
     * The read was not proved.
     *
     * @param readId the id that the reader gave it
     * @param reason why
     */
    record Refused(long readId, Refusal reason) implements ReadOutcome {}

    /** Why a read was refused. */
    sealed interface Refusal {}

    /**
     * There is no leader to prove it, or leadership changed while it waited.
     *
     * @param leader who leads now, if known
     */
    record NotLeader(@Nullable ReplicaId leader) implements Refusal {}

    /** Too many reads are waiting. */
    record Overloaded() implements Refusal {}
}
