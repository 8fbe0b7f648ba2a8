package io.ostraka.raft.core.input;

import io.ostraka.raft.core.Bytes;
import java.util.List;

/**
 * Commands to append, all or none of them; answered by a {@link io.ostraka.raft.core.ProposalOutcome} of the same step.
 *
 * @param proposalId any number, given back with the outcome
 * @param payloads one command an entry, at least one
 * @param budget what they are charged to
 */
public record Propose(long proposalId, List<Bytes> payloads, Budget budget) implements Input {

    /** Copies the list, which must not be empty. */
    public Propose {
        payloads = List.copyOf(payloads);
        if (payloads.isEmpty()) {
            throw new IllegalArgumentException("a proposal needs at least one payload");
        }
    }

    /** A single command. */
    public static Propose of(long proposalId, Bytes payload, Budget budget) {
        return new Propose(proposalId, List.of(payload), budget);
    }
}
