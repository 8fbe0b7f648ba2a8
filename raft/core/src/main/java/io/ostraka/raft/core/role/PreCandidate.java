package io.ostraka.raft.core.role;

import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.RoleKind;
import io.ostraka.raft.core.input.Propose;
import io.ostraka.raft.core.input.Read;
import io.ostraka.raft.core.message.Message;
import io.ostraka.raft.core.message.PreVoteRequest;
import io.ostraka.raft.core.message.PreVoteResponse;
import io.ostraka.raft.core.message.ReadIndexRequest;

/**
 * Asks whether it could win an election before it disturbs anyone with a higher term (thesis, section 9.6): a replica
 * that was cut off, or whose log is behind, never gets further than this.
 */
final class PreCandidate implements Role {

    private final ReplicaState state;
    private final Votes votes;

    PreCandidate(ReplicaState state) {
        this.state = state;
        this.votes = new Votes(state.membership);
    }

    @Override
    public RoleKind kind() {
        return RoleKind.PRE_CANDIDATE;
    }

    @Override
    public Transition enter() {
        state.leader = null;
        state.restartElectionTimer();
        votes.count(state.self, true);
        if (votes.isWon()) {
            return new Transition.Stand(false);
        }
        for (ReplicaId peer : state.membership.othersThan(state.self)) {
            if (state.membership.isVoter(peer)) {
                state.out.sendNow(new PreVoteRequest(state.self, peer, state.term() + 1, state.log.last()));
            }
        }
        return Transition.STAY;
    }

    @Override
    public Transition tick() {
        return state.isElectionDue() ? new Transition.Canvass() : Transition.STAY;
    }

    /** The answer to a pre-vote; the caller has dealt with refusals from a later term. */
    Transition onPreVote(PreVoteResponse response) {
        boolean late = response.granted() && response.term() != state.term() + 1;
        if (late || !state.membership.isVoter(response.from())) {
            return Transition.STAY;
        }
        votes.count(response.from(), response.granted());
        if (votes.isWon()) {
            return new Transition.Stand(false);
        }
        return votes.isLost() ? new Transition.Follow(state.term(), null) : Transition.STAY;
    }

    @Override
    public long dueNanos() {
        return state.electionDeadlineNanos();
    }

    @Override
    public Transition receive(Message message) {
        if (message instanceof ReadIndexRequest request) {
            state.out.sendNow(Follower.refusal(state, request));
        }
        return Transition.STAY;
    }

    @Override
    public void propose(Propose proposal) {
        state.refuse(proposal);
    }

    @Override
    public void read(Read read) {
        state.refuseRead(read.readId());
    }

    @Override
    public Transition finish() {
        return Transition.STAY;
    }

    @Override
    public void leave() {
        // Nothing waits for a replica that only asks.
    }
}
