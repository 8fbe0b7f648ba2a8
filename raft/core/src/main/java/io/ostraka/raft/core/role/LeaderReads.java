package io.ostraka.raft.core.role;

import io.ostraka.raft.core.RawNode;
import io.ostraka.raft.core.ReadMode;
import io.ostraka.raft.core.ReadOutcome;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.input.Read;
import io.ostraka.raft.core.message.ReadIndexRequest;
import io.ostraka.raft.core.message.ReadIndexResponse;
import io.ostraka.raft.core.read.Lease;
import io.ostraka.raft.core.read.Rounds;
import io.ostraka.raft.core.read.WaitingReads;
import io.ostraka.raft.core.read.WaitingReads.WaitingRead;
import io.ostraka.raft.core.replication.Progress;
import java.util.function.ToLongFunction;

/**
 * Linearizable reads at a leader (thesis, section 6.4).
 *
 * <p>A read gets the commit index at its arrival and is ready once a majority has answered a round that began after it
 * arrived, or at once while a lease holds; in both cases only after the leader has committed an entry of its own term,
 * since before that it does not know what is committed.
 */
final class LeaderReads {

    private final ReplicaState state;
    private final long firstIndexOfTerm;
    private final Rounds rounds = new Rounds();
    private final WaitingReads waiting = new WaitingReads();
    private final Lease lease;

    LeaderReads(ReplicaState state, long firstIndexOfTerm) {
        this.state = state;
        this.firstIndexOfTerm = firstIndexOfTerm;
        this.lease = new Lease(state.config.leaseNanos());
    }

    void local(Read read) {
        if (isLeased()) {
            out(new WaitingRead(null, read.readId(), state.log.commit()), true);
        } else if (!waiting.offer(new WaitingRead(null, read.readId(), indexNow()))) {
            state.out.read(new ReadOutcome.Refused(read.readId(), new ReadOutcome.Overloaded()));
        }
    }

    void forwarded(ReadIndexRequest request) {
        ReplicaId follower = request.from();
        if (isLeased()) {
            out(new WaitingRead(follower, request.requestId(), state.log.commit()), true);
        } else if (!waiting.offer(new WaitingRead(follower, request.requestId(), indexNow()))) {
            state.out.sendNow(Follower.refusal(state, request));
        }
    }

    /** Notes which round a follower has answered; a number never given out proves nothing. */
    void acknowledged(Progress follower, long round) {
        if (round > 0 && round <= rounds.latest()) {
            follower.confirmed(round);
        }
    }

    /** Whether a round should begin for the reads that wait: one at a time. */
    boolean needRound() {
        return waiting.needRound() && !rounds.isOneUnderWay();
    }

    /** Begins a round, for every read that arrived before. */
    long startRound() {
        long round = rounds.start(state.nowNanos());
        waiting.began(round);
        return round;
    }

    long latestRound() {
        return rounds.latest();
    }

    /** Counts which round a majority has answered. */
    void confirm(ToLongFunction<ReplicaId> confirmedRound) {
        long before = rounds.confirmed();
        rounds.confirm(state.membership.reachedByQuorum(confirmedRound));
        if (rounds.confirmed() > before && state.config.readMode() == ReadMode.LEASE) {
            lease.earned(rounds.confirmedStartNanos());
        }
    }

    /** Answers the reads whose round is confirmed. */
    void answer() {
        if (state.log.commit() >= firstIndexOfTerm) {
            for (WaitingRead read : waiting.takeConfirmed(rounds.confirmed())) {
                out(read, false);
            }
        }
    }

    void refuseAll() {
        for (WaitingRead read : waiting.takeAll()) {
            ReplicaId follower = read.follower();
            if (follower == null) {
                state.refuseRead(read.id());
            } else {
                state.sendOnceTermIsDurable(
                        new ReadIndexResponse(state.self, follower, state.term(), read.id(), 0, false));
            }
        }
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    void dropLease() {
        lease.drop();
    }

    void forfeitLease() {
        lease.forfeit();
    }

    long leaseUntilNanos() {
        return state.log.commit() >= firstIndexOfTerm ? lease.untilNanos() : RawNode.NO_LEASE;
    }

    private boolean isLeased() {
        return lease.holdsAt(state.nowNanos()) && state.log.commit() >= firstIndexOfTerm;
    }

    private long indexNow() {
        return Math.max(state.log.commit(), firstIndexOfTerm);
    }

    private void out(WaitingRead read, boolean byLease) {
        ReplicaId follower = read.follower();
        if (follower == null) {
            state.out.read(new ReadOutcome.Ready(read.id(), read.index(), state.term(), byLease));
        } else {
            state.out.sendNow(new ReadIndexResponse(state.self, follower, state.term(), read.id(), read.index(), true));
        }
    }
}
