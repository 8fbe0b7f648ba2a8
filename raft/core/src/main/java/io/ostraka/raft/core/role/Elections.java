package io.ostraka.raft.core.role;

import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.RoleKind;
import io.ostraka.raft.core.message.AppendRequest;
import io.ostraka.raft.core.message.AppendResponse;
import io.ostraka.raft.core.message.AppendResult;
import io.ostraka.raft.core.message.Heartbeat;
import io.ostraka.raft.core.message.HeartbeatResponse;
import io.ostraka.raft.core.message.Message;
import io.ostraka.raft.core.message.PreVoteRequest;
import io.ostraka.raft.core.message.PreVoteResponse;
import io.ostraka.raft.core.message.ReadIndexRequest;
import io.ostraka.raft.core.message.VoteRequest;
import io.ostraka.raft.core.message.VoteResponse;

/**
 * Answers requests for votes, which is the same in every role (paper, sections 5.2 and 5.4.1), and tells the senders of
 * late messages which term it is.
 */
final class Elections {

    /** Terms beyond this are nobody's: it leaves room to count on without overflow. */
    static final long TERM_MAX = Long.MAX_VALUE / 2;

    /** How far ahead another replica's term can honestly be; a forged one cannot use the numbers up in a few steps. */
    static final long TERM_JUMP_MAX = 1L << 32;

    private final ReplicaState state;

    Elections(ReplicaState state) {
        this.state = state;
    }

    /** Whether a message can come from a replica of this group. */
    boolean isCredible(ReplicaId from, long term) {
        return term >= 0 && term <= TERM_MAX && term - state.term() <= TERM_JUMP_MAX && state.membership.contains(from);
    }

    boolean mayRaiseTerm() {
        return state.term() < TERM_MAX;
    }

    /** Answers a pre-vote and says whether it was held off by a live leader. */
    boolean answer(PreVoteRequest request, RoleKind role) {
        boolean sticky = role == RoleKind.LEADER || state.isSticky();
        boolean grant = !sticky && request.term() > state.term() && isUpToDate(request.last());
        long term = grant ? request.term() : state.term();
        state.sendOnceTermIsDurable(new PreVoteResponse(state.self, request.from(), term, grant));
        return sticky;
    }

    /**
     * Whether a request for a vote must be passed over, as if it had never come, because there is a live leader: it
     * does not even raise the term. An election that the leader asked for is exempt.
     */
    boolean isHeldOff(VoteRequest request, RoleKind role) {
        boolean sticky = role == RoleKind.LEADER || state.isSticky();
        return request.term() >= state.term() && sticky && !request.transfer();
    }

    /** Answers a request for a vote, in a term that is entered already. */
    void answer(VoteRequest request) {
        boolean grant =
                request.term() == state.term() && state.mayVoteFor(request.from()) && isUpToDate(request.last());
        if (grant) {
            state.voteFor(request.from());
            state.restartElectionTimer();
        }
        state.out.sendAfterPersist(new VoteResponse(state.self, request.from(), state.term(), grant));
    }

    /** Tells the sender of a message of an earlier term which term it is, where that can make a leader step down. */
    void answerLate(Message message) {
        switch (message) {
            case AppendRequest append ->
                state.sendOnceTermIsDurable(new AppendResponse(
                        state.self,
                        append.from(),
                        state.term(),
                        new AppendResult.Conflict(append.prev().index(), LogPosition.ZERO),
                        append.round()));
            case Heartbeat heartbeat ->
                state.sendOnceTermIsDurable(
                        new HeartbeatResponse(state.self, heartbeat.from(), state.term(), heartbeat.round()));
            case ReadIndexRequest request -> state.sendOnceTermIsDurable(Follower.refusal(state, request));
            default -> {
                // An answer to a question of an earlier term.
            }
        }
    }

    private boolean isUpToDate(LogPosition last) {
        return last.isAtLeastAsUpToDateAs(state.log.last());
    }
}
