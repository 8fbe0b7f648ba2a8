package io.ostraka.raft.core.role;

import io.ostraka.raft.core.HardState;
import io.ostraka.raft.core.ProposalOutcome;
import io.ostraka.raft.core.RaftConfig;
import io.ostraka.raft.core.ReadOutcome;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.Restored;
import io.ostraka.raft.core.input.Propose;
import io.ostraka.raft.core.log.RaftLog;
import io.ostraka.raft.core.log.WriteProgress;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.core.message.Message;
import io.ostraka.raft.core.message.SnapshotRequest;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What a replica has in every role: log, term, vote, the leader it knows, its timers, and the outbox of this step.
 *
 * <p><b>Stickiness.</b> A replica that heard from a live leader, or that started, less than a minimum election timeout
 * ago takes part in no election. Without the second half a replica that restarts could help to depose a leader whose
 * lease rests on what it promised before. Exempt is a replica that has promised nothing yet (term 0, empty log), and a
 * sole voter.
 *
 * <p><b>Quarantine.</b> A replica whose applied state is not to be trusted keeps its part in elections and commits,
 * which rest on the log alone, but must not lead: a leader answers from its state, and hands it to others.
 *
 * <p><b>The first election.</b> There is no leader that the replicas of a new group could disturb, so one of them, the
 * voter with the lowest id, campaigns at once, and again with every heartbeat interval until the others are there.
 * These wait as long as ever, so that they do not stand against it, and take over if it never comes.
 */
final class ReplicaState {

    private static final long NOT_QUARANTINED = -1;

    final RaftConfig config;
    final ReplicaId self;
    final RandomGenerator random;
    final RaftLog log;
    final WriteProgress writes;
    final Outbox out = new Outbox();
    Membership membership;

    @Nullable
    ReplicaId leader;

    private long term;
    private @Nullable ReplicaId vote;
    private long writtenCommit;
    private boolean voteUnwritten;
    private long voteWriteId;
    private long nowNanos;
    private long stickyUntilNanos;
    private long electionDeadlineNanos;
    private long quarantinedAt = NOT_QUARANTINED;
    private long nextSnapshotRequestNanos;

    ReplicaState(RaftConfig config, ReplicaId self, Restored restored, RandomGenerator random, long nowNanos) {
        this.config = config;
        this.self = self;
        this.random = random;
        this.membership = restored.membershipAtBase();
        this.log = new RaftLog(
                restored.base(), restored.entries(), restored.hardState().commit());
        this.writes = new WriteProgress(log.lastIndex());
        this.term = Math.max(restored.hardState().term(), log.last().term());
        this.vote = term == restored.hardState().term() ? restored.hardState().vote() : null;
        this.voteUnwritten = term != restored.hardState().term();
        this.writtenCommit = restored.hardState().commit();
        this.nowNanos = nowNanos;
        this.stickyUntilNanos = nowNanos + config.electionTimeoutMinNanos();
        if (membership.isSoleVoter(self) || opensTheFirstElection()) {
            electionDeadlineNanos = nowNanos;
        } else if (isFresh()) {
            electionDeadlineNanos = nowNanos + spreadNanos();
        } else {
            restartElectionTimer();
        }
    }

    long term() {
        return term;
    }

    @Nullable
    ReplicaId vote() {
        return vote;
    }

    long nowNanos() {
        return nowNanos;
    }

    /** Time never goes back, whatever the inputs say. */
    void advanceTo(long nanos) {
        nowNanos = Math.max(nowNanos, nanos);
    }

    /** Moves to a later term, in which nobody has been voted for and no leader is known. */
    void enterTerm(long later) {
        term = later;
        vote = null;
        voteUnwritten = true;
        leader = null;
    }

    /** Votes, once a term. */
    void voteFor(ReplicaId candidate) {
        vote = candidate;
        voteUnwritten = true;
    }

    /** Whether a vote for this replica would not be a second one, and could still matter. */
    boolean mayVoteFor(ReplicaId candidate) {
        return vote == null ? leader == null : vote.equals(candidate);
    }

    /** Whether term and vote are on disk. */
    boolean isVoteDurable() {
        return !voteUnwritten && writes.isDurable(voteWriteId);
    }

    /** The writes of this step, numbered if there are any. */
    Outbox.Write takeWrite() {
        var append = log.takeUnwritten();
        // The commit index is only ever a passenger: a write of its own would cost a sync and save nothing.
        boolean saves = voteUnwritten || (!append.isEmpty() && log.commit() != writtenCommit);
        if (!saves && append.isEmpty()) {
            return new Outbox.Write(writes.lastId(), null, append);
        }
        long id = writes.begin(log.lastIndex());
        if (voteUnwritten) {
            voteWriteId = id;
            voteUnwritten = false;
        }
        writtenCommit = log.commit();
        return new Outbox.Write(id, saves ? new HardState(term, vote, log.commit()) : null, append);
    }

    /** Sends an answer that shows nothing but the term: at once if that is durable, so that it waits for no disk. */
    void sendOnceTermIsDurable(Message message) {
        if (isVoteDurable()) {
            out.sendNow(message);
        } else {
            out.sendAfterPersist(message);
        }
    }

    /** Notes a sign of life of the leader. */
    void heardFromLeader() {
        stickyUntilNanos = Math.max(stickyUntilNanos, nowNanos + config.electionTimeoutMinNanos());
        restartElectionTimer();
    }

    boolean isSticky() {
        return nowNanos < stickyUntilNanos && !isFresh() && !membership.isSoleVoter(self);
    }

    /** Draws a new deadline; different replicas rarely draw the same (section 5.2). */
    void restartElectionTimer() {
        electionDeadlineNanos = nowNanos
                + (opensTheFirstElection()
                        ? config.heartbeatIntervalNanos()
                        : config.electionTimeoutMinNanos() + spreadNanos());
    }

    long electionDeadlineNanos() {
        return electionDeadlineNanos;
    }

    boolean isElectionDue() {
        return nowNanos >= electionDeadlineNanos;
    }

    /** Distrusts what is applied, up to {@code index}. */
    void quarantine(long index) {
        quarantinedAt = Math.max(quarantinedAt, index);
        nextSnapshotRequestNanos = nowNanos;
    }

    boolean isQuarantined() {
        return quarantinedAt != NOT_QUARANTINED;
    }

    /** Whether a snapshot at this index replaces everything that is distrusted. */
    boolean curesQuarantine(long index) {
        return isQuarantined() && index >= quarantinedAt;
    }

    void endQuarantine() {
        quarantinedAt = NOT_QUARANTINED;
    }

    /** Asks the leader for a snapshot, now and then until it is there. */
    void requestSnapshot() {
        ReplicaId from = leader;
        if (isQuarantined() && from != null && nowNanos >= nextSnapshotRequestNanos) {
            nextSnapshotRequestNanos = nowNanos + config.electionTimeoutMinNanos();
            sendOnceTermIsDurable(new SnapshotRequest(self, from, term, quarantinedAt));
        }
    }

    void refuse(Propose proposal) {
        out.proposal(new ProposalOutcome.Refused(proposal.proposalId(), new ProposalOutcome.NotLeader(leader)));
    }

    void refuseRead(long readId) {
        out.read(new ReadOutcome.Refused(readId, new ReadOutcome.NotLeader(leader)));
    }

    private boolean isFresh() {
        return term == 0 && log.lastIndex() == 0;
    }

    private boolean opensTheFirstElection() {
        return isFresh()
                && !membership.voters().isEmpty()
                && self.equals(membership.voters().getFirst());
    }

    private long spreadNanos() {
        return random.nextLong(config.electionTimeoutMaxNanos() - config.electionTimeoutMinNanos() + 1);
    }
}
