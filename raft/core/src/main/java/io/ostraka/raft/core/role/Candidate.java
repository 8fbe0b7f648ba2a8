package io.ostraka.raft.core.role;

import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.RoleKind;
import io.ostraka.raft.core.input.Propose;
import io.ostraka.raft.core.input.Read;
import io.ostraka.raft.core.message.Message;
import io.ostraka.raft.core.message.ReadIndexRequest;
import io.ostraka.raft.core.message.VoteRequest;
import io.ostraka.raft.core.message.VoteResponse;

/**
 * Stands for election in a new term (paper, section 5.2). Its requests leave only after term and own vote are durable,
 * and the own vote counts only then.
 */
final class Candidate implements Role {

    private final ReplicaState state;
    private final Votes votes;
    private final boolean transfer;

    Candidate(ReplicaState state, boolean transfer) {
        this.state = state;
        this.votes = new Votes(state.membership);
        this.transfer = transfer;
    }

    @Override
    public RoleKind kind() {
        return RoleKind.CANDIDATE;
    }

    @Override
    public Transition enter() {
        state.enterTerm(state.term() + 1);
        state.voteFor(state.self);
        state.restartElectionTimer();
        for (ReplicaId peer : state.membership.othersThan(state.self)) {
            if (state.membership.isVoter(peer)) {
                state.out.sendAfterPersist(new VoteRequest(state.self, peer, state.term(), state.log.last(), transfer));
            }
        }
        return Transition.STAY;
    }

    @Override
    public Transition tick() {
        return state.isElectionDue() ? new Transition.Canvass() : Transition.STAY;
    }

    @Override
    public long dueNanos() {
        return state.electionDeadlineNanos();
    }

    @Override
    public Transition receive(Message message) {
        if (message instanceof VoteResponse response && state.membership.isVoter(response.from())) {
            votes.count(response.from(), response.granted());
        } else if (message instanceof ReadIndexRequest request) {
            state.sendOnceTermIsDurable(Follower.refusal(state, request));
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
        if (state.isVoteDurable()) {
            votes.count(state.self, true);
        }
        if (votes.isWon()) {
            return new Transition.Lead();
        }
        return votes.isLost() ? new Transition.Follow(state.term(), null) : Transition.STAY;
    }

    @Override
    public void leave() {
        // Nothing waits for a candidate.
    }
}
