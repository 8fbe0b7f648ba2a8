package io.ostraka.raft.core.role;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.EntryType;
import io.ostraka.raft.core.PeerStatus;
import io.ostraka.raft.core.ProposalOutcome;
import io.ostraka.raft.core.RaftConfig;
import io.ostraka.raft.core.RawNode;
import io.ostraka.raft.core.ReadOutcome;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.RoleKind;
import io.ostraka.raft.core.SnapshotNeeded;
import io.ostraka.raft.core.input.Budget;
import io.ostraka.raft.core.input.PeerAlive;
import io.ostraka.raft.core.input.Propose;
import io.ostraka.raft.core.input.Read;
import io.ostraka.raft.core.input.SnapshotSent;
import io.ostraka.raft.core.message.AppendRequest;
import io.ostraka.raft.core.message.AppendResponse;
import io.ostraka.raft.core.message.AppendResult;
import io.ostraka.raft.core.message.Heartbeat;
import io.ostraka.raft.core.message.HeartbeatResponse;
import io.ostraka.raft.core.message.Message;
import io.ostraka.raft.core.message.ReadIndexRequest;
import io.ostraka.raft.core.message.SnapshotRequest;
import io.ostraka.raft.core.message.TimeoutNow;
import io.ostraka.raft.core.replication.Progress;
import io.ostraka.raft.core.replication.Replicator;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Leads its term (paper, section 5.3): appends what is proposed, replicates it, commits what a majority has on disk,
 * proves reads, and steps down when it no longer reaches a majority.
 *
 * <p>Appends leave while the leader's own write is under way; the leader counts itself only as far as its own log is
 * durable.
 *
 * <p><b>Quiet.</b> A leader that has had nothing to do for a while, whose followers have everything and know that it is
 * committed, stops its heartbeats and holds no lease; the heartbeats of its node stand in. Work of any kind wakes it.
 */
final class Leader implements Role {

    private final ReplicaState state;
    private final Replicator replicator;
    private final LeaderReads reads;
    private final Transfer transfer = new Transfer();
    private final List<Progress> followers = new ArrayList<>();
    private final long firstIndexOfTerm;
    private long roundAfterCommit = 1;
    private long nextHeartbeatNanos;
    private long lastWorkNanos;
    private boolean quiet;

    Leader(ReplicaState state) {
        this.state = state;
        this.firstIndexOfTerm = state.log.lastIndex() + 1;
        this.replicator = new Replicator(state.config, state.self, state.term(), state.log);
        this.reads = new LeaderReads(state, firstIndexOfTerm);
        for (ReplicaId peer : state.membership.othersThan(state.self)) {
            followers.add(new Progress(peer, firstIndexOfTerm, state.nowNanos()));
        }
    }

    @Override
    public RoleKind kind() {
        return RoleKind.LEADER;
    }

    @Override
    public Transition enter() {
        state.leader = state.self;
        // Only an entry of its own term tells a leader how far the log is committed (section 5.4.2 and 8).
        append(EntryType.NO_OP, Bytes.EMPTY);
        nextHeartbeatNanos = state.nowNanos();
        work();
        return Transition.STAY;
    }

    @Override
    public long dueNanos() {
        return quiet ? quorumReachedNanos() + state.config.electionTimeoutMaxNanos() : state.nowNanos();
    }

    private long quorumReachedNanos() {
        return state.membership.reachedByQuorum(replica -> replica.equals(state.self)
                ? state.nowNanos()
                : progressOf(replica).lastContactNanos());
    }

    @Override
    public Transition tick() {
        long now = state.nowNanos();
        if (now - quorumReachedNanos() >= state.config.electionTimeoutMaxNanos()) {
            return new Transition.Follow(state.term(), null);
        }
        transfer.tick(now);
        followers.forEach(each -> each.expireQuarantine(now, 2 * state.config.electionTimeoutMaxNanos()));
        if (state.isQuarantined() && !transfer.isUnderWay()) {
            transferTo(null);
        }
        if (mayFallQuiet()) {
            quiet = true;
        }
        return Transition.STAY;
    }

    @Override
    public Transition receive(Message message) {
        Progress from = followerOrNull(message.from());
        if (from == null) {
            return Transition.STAY;
        }
        from.heard(state.nowNanos());
        switch (message) {
            case AppendResponse response -> onAppendResponse(from, response);
            case HeartbeatResponse response -> onHeartbeatResponse(from, response);
            case ReadIndexRequest request -> {
                work();
                reads.forwarded(request);
            }
            case SnapshotRequest request -> {
                work();
                from.quarantined(state.nowNanos());
                state.out.snapshotNeeded(new SnapshotNeeded(from.peer(), state.term(), request.atLeast()));
            }
            default -> {
                // Votes of the election that is won, and what only a leader sends.
            }
        }
        return Transition.STAY;
    }

    @Override
    public void propose(Propose proposal) {
        ReplicaId successor = transfer.target();
        if (successor != null) {
            refuse(proposal, new ProposalOutcome.Transferring(successor));
        } else if (state.isQuarantined()) {
            refuse(proposal, new ProposalOutcome.NotLeader(null));
        } else if (isOverloaded(proposal)) {
            refuse(proposal, new ProposalOutcome.Overloaded());
        } else {
            work();
            long firstIndex = state.log.lastIndex() + 1;
            for (Bytes payload : proposal.payloads()) {
                append(EntryType.COMMAND, payload);
            }
            state.out.proposal(new ProposalOutcome.Accepted(proposal.proposalId(), firstIndex, state.term()));
        }
    }

    @Override
    public void read(Read read) {
        if (state.isQuarantined()) {
            state.out.read(new ReadOutcome.Refused(read.readId(), new ReadOutcome.NotLeader(null)));
            return;
        }
        work();
        reads.local(read);
    }

    @Override
    public Transition finish() {
        advanceCommit();
        boolean heartbeatDue = !quiet && state.nowNanos() >= nextHeartbeatNanos;
        reads.confirm(this::confirmedRoundOf);
        if (quiet) {
            // Else the last answers to a round from before would earn it a lease again.
            reads.dropLease();
        }
        if (heartbeatDue || reads.needRound()) {
            startRound();
        }
        for (Progress follower : followers) {
            sendAppends(follower);
        }
        reads.answer();
        askSuccessor();
        return Transition.STAY;
    }

    @Override
    public void leave() {
        reads.refuseAll();
    }

    /** Takes up its heartbeats again, if it had left them to its node. */
    void wake() {
        work();
    }

    void transferTo(@Nullable ReplicaId wanted) {
        if (wanted == null && transfer.isUnderWay()) {
            // Said again, it must not turn from one successor to another: both would stand, against each other.
            return;
        }
        ReplicaId target = wanted == null ? fittestSuccessor() : wanted;
        boolean fit = target != null && !target.equals(state.self) && mayLead(target);
        if (target != null && fit) {
            work();
            transfer.begin(target, state.nowNanos() + state.config.electionTimeoutMaxNanos());
        }
    }

    void peerAlive(PeerAlive alive) {
        Progress follower = followerOrNull(alive.peer());
        if (follower != null && alive.term() == state.term()) {
            follower.heard(Math.min(alive.sentNanos(), state.nowNanos()));
        } else if (follower != null && alive.term() > state.term()) {
            // It has moved on; its answer to a heartbeat of the group's own says so.
            work();
        }
    }

    void peerUnreachable(ReplicaId peer) {
        Progress follower = followerOrNull(peer);
        if (follower != null) {
            follower.unreachable();
        }
    }

    void snapshotSent(SnapshotSent sent) {
        Progress follower = followerOrNull(sent.to());
        if (follower != null) {
            long index = Math.min(sent.position().index(), state.log.lastIndex());
            follower.snapshotSent(index, sent.ok());
        }
    }

    boolean isQuiet() {
        return quiet;
    }

    long leaseUntilNanos() {
        return quiet ? RawNode.NO_LEASE : reads.leaseUntilNanos();
    }

    @Nullable
    ReplicaId transferTarget() {
        return transfer.target();
    }

    List<PeerStatus> peers() {
        return followers.stream().map(Progress::status).toList();
    }

    private void onAppendResponse(Progress from, AppendResponse response) {
        reads.acknowledged(from, response.round());
        switch (response.result()) {
            case AppendResult.Matched matched -> {
                long before = from.match();
                if (matched.index() <= state.log.lastIndex()) {
                    from.matched(matched.index(), state.log);
                }
                if (from.match() > before) {
                    // A round that it answered before this could not tell it that these entries are committed.
                    roundAfterCommit = reads.latestRound() + 1;
                }
            }
            case AppendResult.Conflict conflict ->
                from.conflicted(conflict.rejectedIndex(), conflict.hint(), state.log);
        }
    }

    private void onHeartbeatResponse(Progress from, HeartbeatResponse response) {
        RaftConfig config = state.config;
        if (response.round() == 0) {
            work();
        }
        reads.acknowledged(from, response.round());
        from.retryProbe(state.nowNanos(), config.heartbeatIntervalNanos());
        if (from.isStalled(state.log.lastIndex(), state.nowNanos(), config.heartbeatIntervalNanos())) {
            AppendRequest question = replicator.question(from, reads.latestRound(), state.nowNanos());
            if (question != null) {
                state.out.sendNow(question);
            }
        }
    }

    /** Figure 2: only entries of the current term are committed by counting; earlier ones with them. */
    private void advanceCommit() {
        long reached = state.membership.reachedByQuorum(this::durableIndexOf);
        if (reached >= firstIndexOfTerm && state.log.commitTo(reached)) {
            roundAfterCommit = reads.latestRound() + 1;
            lastWorkNanos = state.nowNanos();
        }
    }

    private void startRound() {
        long round = reads.startRound();
        for (Progress follower : followers) {
            long commit = Math.min(state.log.commit(), follower.match());
            state.out.sendNow(new Heartbeat(state.self, follower.peer(), state.term(), commit, round));
        }
        nextHeartbeatNanos = state.nowNanos() + state.config.heartbeatIntervalNanos();
        transfer.askAgain();
        reads.confirm(this::confirmedRoundOf);
        if (quiet) {
            // Else the last answers to a round from before would earn it a lease again.
            reads.dropLease();
        }
    }

    private void sendAppends(Progress follower) {
        AppendRequest append = replicator.next(follower, reads.latestRound(), state.nowNanos());
        while (append != null) {
            state.out.sendNow(append);
            append = replicator.next(follower, reads.latestRound(), state.nowNanos());
        }
        boolean inTouch = state.nowNanos() - follower.lastContactNanos() < state.config.electionTimeoutMaxNanos();
        if (inTouch && replicator.needsSnapshot(follower)) {
            follower.needsSnapshot(state.nowNanos());
            long atLeast = state.log.base().index();
            state.out.snapshotNeeded(new SnapshotNeeded(follower.peer(), state.term(), atLeast));
        }
    }

    private void askSuccessor() {
        ReplicaId target = transfer.target();
        if (target != null && transfer.isToBeAsked() && progressOf(target).match() == state.log.lastIndex()) {
            transfer.asked();
            reads.forfeitLease();
            state.out.sendNow(new TimeoutNow(state.self, target, state.term()));
        }
    }

    private @Nullable ReplicaId fittestSuccessor() {
        Progress fittest = null;
        for (Progress follower : followers) {
            long silence = state.nowNanos() - follower.lastContactNanos();
            boolean fit = mayLead(follower.peer()) && silence < state.config.electionTimeoutMinNanos();
            if (fit && (fittest == null || follower.match() > fittest.match())) {
                fittest = follower;
            }
        }
        return fittest == null ? null : fittest.peer();
    }

    private boolean mayLead(ReplicaId peer) {
        Progress follower = followerOrNull(peer);
        return follower != null && state.membership.isVoter(peer) && !follower.isQuarantined();
    }

    private boolean mayFallQuiet() {
        long now = state.nowNanos();
        if (quiet
                || state.config.quietAfterNanos() == 0
                || now - lastWorkNanos < state.config.quietAfterNanos()
                || state.log.commit() != state.log.lastIndex()
                || transfer.isUnderWay()
                || state.isQuarantined()
                || !reads.isEmpty()) {
            return false;
        }
        for (Progress follower : followers) {
            boolean knowsAll = follower.isCaughtUp(state.log.lastIndex())
                    && follower.confirmedRound() >= roundAfterCommit
                    && now - follower.lastContactNanos() < state.config.electionTimeoutMinNanos();
            if (!knowsAll) {
                return false;
            }
        }
        return true;
    }

    private boolean isOverloaded(Propose proposal) {
        long reserve = proposal.budget() == Budget.PROTOCOL ? state.config.protocolReserveBytes() : 0;
        long bytes = 0;
        for (Bytes payload : proposal.payloads()) {
            bytes += payload.size();
        }
        long uncommitted = state.log.uncommittedBytes();
        // Whatever its size, a proposal fits an empty pipeline; else it could never be made.
        boolean tooManyUncommitted =
                uncommitted > 0 && uncommitted + bytes > state.config.uncommittedBytesMax() + reserve;
        return tooManyUncommitted || state.log.unappliedBytes() > state.config.unappliedBytesMax() + reserve;
    }

    private void refuse(Propose proposal, ProposalOutcome.Refusal reason) {
        state.out.proposal(new ProposalOutcome.Refused(proposal.proposalId(), reason));
    }

    private void append(EntryType type, Bytes payload) {
        state.log.append(new Entry(state.log.lastIndex() + 1, state.term(), type, payload));
    }

    private void work() {
        lastWorkNanos = state.nowNanos();
        if (quiet) {
            quiet = false;
            nextHeartbeatNanos = state.nowNanos();
        }
    }

    private long durableIndexOf(ReplicaId replica) {
        return replica.equals(state.self)
                ? state.writes.durableIndex()
                : progressOf(replica).match();
    }

    private long confirmedRoundOf(ReplicaId replica) {
        return replica.equals(state.self)
                ? reads.latestRound()
                : progressOf(replica).confirmedRound();
    }

    private Progress progressOf(ReplicaId peer) {
        Progress progress = followerOrNull(peer);
        if (progress == null) {
            throw new IllegalArgumentException(peer + " is no follower");
        }
        return progress;
    }

    private @Nullable Progress followerOrNull(ReplicaId peer) {
        for (Progress follower : followers) {
            if (follower.peer().equals(peer)) {
                return follower;
            }
        }
        return null;
    }
}
