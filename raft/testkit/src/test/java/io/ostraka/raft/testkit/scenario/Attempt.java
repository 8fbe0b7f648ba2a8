package io.ostraka.raft.testkit.scenario;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.runtime.host.ProposalResult;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** A command that was handed to one node, and what has become of it. */
@NullMarked
final class Attempt {

    private final int node;
    private final Bytes command;
    private boolean refused;
    private @Nullable LogPosition accepted;
    private long ordinal;
    private boolean applied;

    Attempt(int node, Bytes command) {
        this.node = node;
        this.command = command;
    }

    int node() {
        return node;
    }

    Bytes command() {
        return command;
    }

    /** The node has put it into its log, as leader. */
    void accepted(LogPosition position, long asCommand) {
        accepted = position;
        ordinal = asCommand;
    }

    /** The node has answered. */
    void answered(ProposalResult<Long> result) {
        switch (result) {
            case ProposalResult.Applied<Long> done -> {
                if (!done.position().equals(accepted)) {
                    throw new AssertionError(
                            command + " was put at " + accepted + " and applied at " + done.position());
                }
                applied = true;
            }
            case ProposalResult.Refused<Long> no -> {
                if (accepted != null) {
                    throw new AssertionError(command + " was put at " + accepted + ", and yet refused: " + no);
                }
                refused = true;
            }
            case ProposalResult.Unknown<Long> lost -> {
                // The classic Start says nothing of this either.
            }
        }
    }

    /** Whether the node took it for itself to lead; the turn in which it was asked must be over. */
    boolean isAccepted() {
        return accepted != null;
    }

    boolean isDecided() {
        return refused || accepted != null;
    }

    /** Whether the node has said that the command is committed and applied. */
    boolean isApplied() {
        return applied;
    }

    /** Where it stands among the commands of the leader's log, from 1 on. */
    long ordinal() {
        return ordinal;
    }

    /** The term in which it was accepted. */
    long term() {
        if (accepted == null) {
            throw new AssertionError(command + " was not accepted by node " + node);
        }
        return accepted.term();
    }
}
