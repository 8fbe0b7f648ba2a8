package io.ostraka.raft.core;

import io.ostraka.raft.core.message.AppendRequest;
import io.ostraka.raft.core.message.AppendResponse;
import io.ostraka.raft.core.message.AppendResult;
import io.ostraka.raft.core.message.Heartbeat;
import io.ostraka.raft.core.message.HeartbeatResponse;
import io.ostraka.raft.core.message.Message;
import io.ostraka.raft.core.message.PreVoteRequest;
import io.ostraka.raft.core.message.PreVoteResponse;
import io.ostraka.raft.core.message.ReadIndexRequest;
import io.ostraka.raft.core.message.ReadIndexResponse;
import io.ostraka.raft.core.message.SnapshotRequest;
import io.ostraka.raft.core.message.TimeoutNow;
import io.ostraka.raft.core.message.VoteRequest;
import io.ostraka.raft.core.message.VoteResponse;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The short words in which scenarios speak of messages, effects and states. */
final class Words {

    private Words() {}

    static String of(Message message) {
        String head = message.from() + "->" + message.to() + " term " + message.term() + " ";
        return head
                + switch (message) {
                    case PreVoteRequest m -> "PreVote? last " + of(m.last());
                    case PreVoteResponse m -> "PreVote " + yes(m.granted());
                    case VoteRequest m -> "Vote? last " + of(m.last()) + (m.transfer() ? " transfer" : "");
                    case VoteResponse m -> "Vote " + yes(m.granted());
                    case AppendRequest m ->
                        "Append after " + of(m.prev()) + " " + entries(m.entries()) + " commit " + m.commit()
                                + " round " + m.round();
                    case AppendResponse m -> of(m.result()) + " round " + m.round();
                    case Heartbeat m -> "Heartbeat commit " + m.commit() + " round " + m.round();
                    case HeartbeatResponse m -> "HeartbeatAnswer round " + m.round();
                    case TimeoutNow m -> "TimeoutNow";
                    case ReadIndexRequest m -> "ReadIndex?";
                    case SnapshotRequest m -> "Snapshot? at least " + m.atLeast();
                    case ReadIndexResponse m -> "ReadIndex " + (m.granted() ? m.index() : "no");
                };
    }

    static List<String> of(ReplicaId who, Effects effects) {
        List<String> lines = new ArrayList<>();
        RoleChange change = effects.roleChange();
        if (change != null) {
            lines.add(who + ": " + change.role() + " in term " + change.term() + ", leader " + orNone(change.leader()));
        }
        for (ProposalOutcome outcome : effects.proposals()) {
            lines.add(who + ": proposal " + outcome.proposalId() + " " + of(outcome));
        }
        if (!effects.committed().isEmpty()) {
            lines.add(who + ": applies " + effects.committed().getFirst().index() + ".."
                    + effects.committed().getLast().index());
        }
        for (ReadOutcome outcome : effects.reads()) {
            lines.add(who + ": read " + outcome.readId() + " "
                    + switch (outcome) {
                        case ReadOutcome.Ready ready -> "ready at " + ready.index();
                        case ReadOutcome.Refused refused -> "refused: " + refused.reason();
                    });
        }
        for (SnapshotNeeded needed : effects.snapshots()) {
            lines.add(who + ": " + needed.to() + " needs a snapshot of at least " + needed.atLeast());
        }
        SnapshotVerdict verdict = effects.snapshotVerdict();
        if (verdict != null) {
            lines.add(who + ": snapshot "
                    + switch (verdict) {
                        case SnapshotVerdict.Install install -> of(install.position()) + " wanted";
                        case SnapshotVerdict.Stale stale -> of(stale.position()) + " stale, commit " + stale.commit();
                        case SnapshotVerdict.Installed installed ->
                            of(installed.base()) + " in force, log " + (installed.logKept() ? "kept" : "restarted");
                    });
        }
        return lines;
    }

    static String of(RaftStatus status) {
        return status.self() + ": " + status.role() + " term " + status.term() + " leader " + orNone(status.leader())
                + " last " + of(status.last()) + " commit " + status.commitIndex() + " durable "
                + status.durableIndex()
                + (status.quiet() ? " quiet" : "")
                + (status.leaseUntilNanos() == RawNode.NO_LEASE
                        ? ""
                        : " lease until " + status.leaseUntilNanos() / 1_000_000 + " ms");
    }

    static String of(PeerStatus peer) {
        return peer.peer() + " " + peer.replication() + " match " + peer.matchIndex() + " next " + peer.nextIndex()
                + (peer.quarantined() ? " quarantined" : "");
    }

    static String of(LogPosition position) {
        return position.index() + "/" + position.term();
    }

    private static String of(AppendResult result) {
        return switch (result) {
            case AppendResult.Matched matched -> "Matched " + matched.index();
            case AppendResult.Conflict conflict ->
                "Conflict at " + conflict.rejectedIndex() + " hint " + of(conflict.hint());
        };
    }

    private static String of(ProposalOutcome outcome) {
        return switch (outcome) {
            case ProposalOutcome.Accepted accepted -> "at " + accepted.firstIndex() + "/" + accepted.term();
            case ProposalOutcome.Refused refused -> "refused: " + refused.reason();
        };
    }

    private static String entries(List<Entry> entries) {
        if (entries.isEmpty()) {
            return "nothing";
        }
        List<String> words = new ArrayList<>();
        for (Entry entry : entries) {
            words.add(of(entry.position()) + (entry.type() == EntryType.NO_OP ? " no-op" : ""));
        }
        return "[" + String.join(", ", words) + "]";
    }

    private static String yes(boolean granted) {
        return granted ? "yes" : "no";
    }

    private static String orNone(@Nullable ReplicaId replica) {
        return replica == null ? "none" : replica.toString();
    }
}
