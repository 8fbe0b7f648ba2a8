package io.ostraka.shardkv.migration;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.shard.GroupConfig;
import java.util.List;

/** What a leader's agents want done. Everything may fail or be lost; the agents try again. */
public sealed interface AgentAction {

    /**
     * Stamp the command and propose it, then answer with {@link AgentEvent.Proposed}. Proposals are made in the order
     * of the actions.
     *
     * @param proposalId to be echoed
     * @param protocol whether it may use the budget reserved for protocol entries
     */
    record Propose(long proposalId, Command command, boolean protocol) implements AgentAction {}

    /**
     * Send to the leader of {@code request.name().source()}, on the stream of this hand-over; open one if there is
     * none.
     */
    record SendToSource(TransferRequest request) implements AgentAction {}

    /**
     * Close the stream of this hand-over, if there is one. What it still delivers must not arrive.
     *
     * @param silent whether the source owed an answer and gave none in time: it may hang, and another replica may lead
     */
    record CloseSource(ExportName name, boolean silent) implements AgentAction {}

    /** Answer on an importer's stream. */
    record SendToImporter(long streamId, TransferReply reply) implements AgentAction {}

    /** Run a quorum round and look whether the disk has room for {@code bytes}; {@link AgentEvent.ReadyProved}. */
    record ProveReady(ExportName name, long bytes) implements AgentAction {}

    /** Read from the frozen shard, off the loop; {@link AgentEvent.FrozenRead}. */
    record ReadFrozen(long streamId, ExportName name, Bytes afterKey) implements AgentAction {}

    /** Digest the frozen shard up to a key, off the loop; {@link AgentEvent.FrozenDigested}. */
    record DigestFrozen(long streamId, ExportName name, Bytes lastKey) implements AgentAction {}

    /**
     * Ask replicas of this group, this one maybe among them, for their digest; {@link AgentEvent.DigestAnswered} each.
     *
     * @param index the entry of the digest
     * @param replicas who is asked
     */
    record AskDigests(long index, List<ReplicaId> replicas) implements AgentAction {

        /** Keeps its own copy. */
        public AskDigests {
            replicas = List.copyOf(replicas);
        }
    }

    /**
     * Report to the controller, if only that the group has a leader. Not answered: what was not heard is repeated until
     * the configuration shows it.
     *
     * @param claims shards that nobody owns and that are planned for this group
     * @param owners what the log says of shards whose token it holds
     * @param copies what it has of other shards, where that is worth knowing
     * @param sizes what shards hold
     */
    record Report(List<Integer> claims, List<OwnerReport> owners, List<OwnerReport> copies, List<SizeReport> sizes)
            implements AgentAction {

        /** Keeps its own copies. */
        public Report {
            claims = List.copyOf(claims);
            owners = List.copyOf(owners);
            copies = List.copyOf(copies);
            sizes = List.copyOf(sizes);
        }
    }

    /** Tell controllers that were restored from a backup which groups this group's log knows. */
    record ReportKnown(GroupConfig config) implements AgentAction {}

    /** Tell an operator: a copy differed from its source, or something as grave. */
    record Alarm(String message) implements AgentAction {}
}
