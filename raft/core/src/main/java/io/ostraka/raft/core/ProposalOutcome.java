package io.ostraka.raft.core;

import org.jspecify.annotations.Nullable;

/** What became of a proposal at once; whether it commits is another matter. */
public sealed interface ProposalOutcome {

    /** The id that the proposer gave it. */
    long proposalId();

    /**
     * The payloads are in the leader's log, one entry each from {@code firstIndex} on. They may still be lost with the
     * leadership.
     *
     * @param proposalId the id that the proposer gave it
     * @param firstIndex the index of the first entry
     * @param term the term of all entries
     */
    record Accepted(long proposalId, long firstIndex, long term) implements ProposalOutcome {}

    /**
     * Nothing was appended, nor ever will be for this id.
     *
     * @param proposalId the id that the proposer gave it
     * @param reason why
     */
    record Refused(long proposalId, Refusal reason) implements ProposalOutcome {}

    /** Why a proposal was refused. */
    sealed interface Refusal {}

    /**
     * This replica does not lead.
     *
     * @param leader who does, if known
     */
    record NotLeader(@Nullable ReplicaId leader) implements Refusal {}

    /** Too many bytes are uncommitted or unapplied; try again later. */
    record Overloaded() implements Refusal {}

    /**
     * Leadership is being handed over.
     *
     * @param to who is to lead
     */
    record Transferring(ReplicaId to) implements Refusal {}
}
