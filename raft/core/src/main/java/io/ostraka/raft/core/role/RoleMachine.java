package io.ostraka.raft.core.role;

import io.ostraka.raft.core.Effects;
import io.ostraka.raft.core.RaftConfig;
import io.ostraka.raft.core.RaftStatus;
import io.ostraka.raft.core.RawNode;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.Restored;
import io.ostraka.raft.core.RoleChange;
import io.ostraka.raft.core.RoleKind;
import io.ostraka.raft.core.input.Applied;
import io.ostraka.raft.core.input.Input;
import io.ostraka.raft.core.input.LeaderAlive;
import io.ostraka.raft.core.input.PeerAlive;
import io.ostraka.raft.core.input.PeerUnreachable;
import io.ostraka.raft.core.input.Persisted;
import io.ostraka.raft.core.input.Propose;
import io.ostraka.raft.core.input.Quarantined;
import io.ostraka.raft.core.input.Read;
import io.ostraka.raft.core.input.Received;
import io.ostraka.raft.core.input.Released;
import io.ostraka.raft.core.input.SnapshotInstalled;
import io.ostraka.raft.core.input.SnapshotOffered;
import io.ostraka.raft.core.input.SnapshotSent;
import io.ostraka.raft.core.input.Tick;
import io.ostraka.raft.core.input.TransferLeadership;
import io.ostraka.raft.core.input.Wake;
import io.ostraka.raft.core.message.AppendRequest;
import io.ostraka.raft.core.message.Heartbeat;
import io.ostraka.raft.core.message.Message;
import io.ostraka.raft.core.message.PreVoteRequest;
import io.ostraka.raft.core.message.PreVoteResponse;
import io.ostraka.raft.core.message.VoteRequest;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A replica's role and the only place where it changes.
 *
 * <table>
 * <caption>All transitions</caption>
 * <tr><th>from</th><th>to</th><th>when</th></tr>
 * <tr><td>any</td><td>Follower</td><td>a message shows a later term</td></tr>
 * <tr><td>Follower</td><td>PreCandidate</td><td>nothing heard of a leader for an election timeout</td></tr>
 * <tr><td>Follower</td><td>Candidate</td><td>its leader asks it to take over</td></tr>
 * <tr><td>PreCandidate</td><td>Candidate</td><td>a majority would vote for it</td></tr>
 * <tr><td>PreCandidate</td><td>PreCandidate</td><td>an election timeout without enough answers</td></tr>
 * <tr><td>PreCandidate</td><td>Follower</td><td>a majority would not, or a leader of its term shows up</td></tr>
 * <tr><td>PreCandidate, Candidate</td><td>Follower</td><td>its state is found not to be trusted</td></tr>
 * <tr><td>Candidate</td><td>Leader</td><td>a majority votes for it</td></tr>
 * <tr><td>Candidate</td><td>PreCandidate</td><td>an election timeout without enough answers</td></tr>
 * <tr><td>Candidate</td><td>Follower</td><td>a majority refuses, or a leader of its term shows up</td></tr>
 * <tr><td>Leader</td><td>Follower</td><td>no majority heard of for an election timeout</td></tr>
 * </table>
 */
public final class RoleMachine {

    private final ReplicaState state;
    private final Elections elections;
    private final Snapshots snapshots;
    private Role role;
    private RoleChange published;
    private boolean begun;

    /** A follower that knows what is on its disk and nothing else. */
    public RoleMachine(RaftConfig config, ReplicaId self, Restored restored, RandomGenerator random, long nowNanos) {
        this.state = new ReplicaState(config, self, restored, random, nowNanos);
        this.elections = new Elections(state);
        this.snapshots = new Snapshots(state);
        this.role = new Follower(state);
        this.published = new RoleChange(RoleKind.FOLLOWER, state.term(), null);
    }

    /** Takes inputs in their order, as one step. */
    public Effects step(List<Input> inputs) {
        begun = true;
        for (Input input : inputs) {
            take(input);
        }
        Transition transition = role.finish();
        while (!(transition instanceof Transition.Stay)) {
            change(transition);
            transition = role.finish();
        }
        return state.out.take(state.takeWrite(), state.log.takeCommitted(), roleChange());
    }

    private void take(Input input) {
        switch (input) {
            case Tick tick -> {
                state.advanceTo(tick.nowNanos());
                change(role.tick());
            }
            case Received received -> {
                state.advanceTo(received.nowNanos());
                receive(received.message());
            }
            case Propose proposal -> role.propose(proposal);
            case Persisted persisted -> {
                state.advanceTo(persisted.nowNanos());
                state.writes.persisted(persisted.persistId());
            }
            case Applied applied -> state.log.appliedTo(applied.index());
            case Read read -> {
                state.advanceTo(read.nowNanos());
                role.read(read);
            }
            case TransferLeadership transfer -> {
                state.advanceTo(transfer.nowNanos());
                if (role instanceof Leader leader) {
                    leader.transferTo(transfer.target());
                }
            }
            case LeaderAlive alive -> {
                state.advanceTo(alive.nowNanos());
                leaderAlive(alive);
            }
            case PeerAlive alive -> {
                state.advanceTo(alive.nowNanos());
                if (role instanceof Leader leader) {
                    leader.peerAlive(alive);
                }
            }
            case PeerUnreachable unreachable -> {
                if (role instanceof Leader leader) {
                    leader.peerUnreachable(unreachable.peer());
                }
            }
            case Wake wake -> {
                state.advanceTo(wake.nowNanos());
                wake();
            }
            case SnapshotOffered offered -> {
                state.advanceTo(offered.nowNanos());
                snapshotOffered(offered);
            }
            case SnapshotInstalled installed -> snapshots.installed(installed, role.kind());
            case SnapshotSent sent -> {
                if (role instanceof Leader leader) {
                    leader.snapshotSent(sent);
                }
            }
            case Released released -> state.log.releaseTo(released.upTo());
            case Quarantined quarantined -> {
                state.advanceTo(quarantined.nowNanos());
                quarantine(quarantined.index());
            }
        }
    }

    /** A leader gives its leadership away at its ticks; whoever is on the way to one turns back. */
    private void quarantine(long index) {
        state.quarantine(index);
        if (role instanceof PreCandidate || role instanceof Candidate) {
            change(new Transition.Follow(state.term(), null));
        }
    }

    private void receive(Message message) {
        if (!message.to().equals(state.self)
                || !elections.isCredible(message.from(), message.term())
                || message.from().equals(state.self)) {
            return;
        }
        switch (message) {
            case PreVoteRequest request -> {
                if (elections.answer(request, role.kind()) && role instanceof Leader leader) {
                    leader.wake();
                }
            }
            case VoteRequest request -> onVoteRequest(request);
            case PreVoteResponse response -> onPreVoteResponse(response);
            default -> {
                if (message.term() < state.term()) {
                    elections.answerLate(message);
                    return;
                }
                if (message.term() > state.term()) {
                    change(new Transition.Follow(message.term(), isFromLeader(message) ? message.from() : null));
                }
                if (!isFromLeader(message) || follows(message.from())) {
                    change(role.receive(message));
                }
            }
        }
    }

    private void onVoteRequest(VoteRequest request) {
        if (elections.isHeldOff(request, role.kind())) {
            if (role instanceof Leader leader) {
                leader.wake();
            }
            return;
        }
        if (request.term() > state.term()) {
            change(new Transition.Follow(request.term(), null));
        }
        elections.answer(request);
    }

    private void onPreVoteResponse(PreVoteResponse response) {
        if (!response.granted() && response.term() > state.term()) {
            change(new Transition.Follow(response.term(), null));
        } else if (role instanceof PreCandidate preCandidate) {
            change(preCandidate.onPreVote(response));
        }
    }

    private static boolean isFromLeader(Message message) {
        return message instanceof AppendRequest || message instanceof Heartbeat;
    }

    /** Follows a replica that acts as leader of this term, unless another one does: then this one is an impostor. */
    private boolean follows(ReplicaId from) {
        if (role instanceof PreCandidate || role instanceof Candidate) {
            change(new Transition.Follow(state.term(), from));
        }
        if (role instanceof Leader) {
            return false;
        }
        if (state.leader == null) {
            state.leader = from;
        }
        return from.equals(state.leader);
    }

    private void leaderAlive(LeaderAlive alive) {
        if (!elections.isCredible(alive.leader(), alive.term())
                || alive.term() < state.term()
                || alive.leader().equals(state.self)) {
            return;
        }
        boolean yields = role instanceof PreCandidate || role instanceof Candidate;
        if (alive.term() > state.term() || yields) {
            change(new Transition.Follow(alive.term(), null));
        }
        if (role instanceof Follower follower) {
            follower.leaderAlive(alive.leader());
        }
    }

    private void wake() {
        switch (role) {
            case Follower follower -> follower.wake();
            case Leader leader -> leader.wake();
            case PreCandidate preCandidate -> {}
            case Candidate candidate -> {}
        }
    }

    private void snapshotOffered(SnapshotOffered offered) {
        boolean late = offered.term() < state.term() || !elections.isCredible(offered.from(), offered.term());
        if (late || offered.from().equals(state.self)) {
            snapshots.refuse(offered);
            return;
        }
        if (offered.term() > state.term()) {
            change(new Transition.Follow(offered.term(), offered.from()));
        }
        if (follows(offered.from()) && role instanceof Follower follower) {
            follower.heardFromLeader();
            snapshots.consider(offered);
        } else {
            snapshots.refuse(offered);
        }
    }

    private void change(Transition transition) {
        Transition wanted = transition;
        while (!(wanted instanceof Transition.Stay)) {
            wanted = changeOnce(wanted);
        }
    }

    private Transition changeOnce(Transition transition) {
        Role before = role;
        switch (transition) {
            case Transition.Stay stay -> {
                return stay;
            }
            case Transition.Follow follow -> {
                if (follow.term() > state.term()) {
                    state.enterTerm(follow.term());
                }
                state.leader = follow.leader();
                // A follower that merely learns of a later term keeps its deadline: only votes and leaders put it off.
                if (!(before instanceof Follower)) {
                    state.restartElectionTimer();
                }
                role = new Follower(state);
            }
            case Transition.Canvass canvass -> role = new PreCandidate(state);
            case Transition.Stand stand -> {
                if (!elections.mayRaiseTerm()) {
                    return Transition.STAY;
                }
                role = new Candidate(state, stand.transfer());
            }
            case Transition.Lead lead -> role = new Leader(state);
        }
        Transition next = role.enter();
        before.leave();
        return next;
    }

    private @Nullable RoleChange roleChange() {
        boolean unchanged = published.role() == role.kind()
                && published.term() == state.term()
                && Objects.equals(published.leader(), state.leader);
        if (unchanged) {
            return null;
        }
        published = new RoleChange(role.kind(), state.term(), state.leader);
        return published;
    }

    /** The role now. */
    public RoleKind role() {
        return role.kind();
    }

    /** The term now. */
    public long term() {
        return state.term();
    }

    /** The leader of this term, if known. */
    public @Nullable ReplicaId leader() {
        return state.leader;
    }

    /** Up to where entries are known to be committed. */
    public long commitIndex() {
        return state.log.commit();
    }

    /** Up to where the host has said that entries are applied. */
    public long appliedIndex() {
        return state.log.applied();
    }

    /** Until when the lease holds, {@link RawNode#NO_LEASE} if there is none. */
    public long leaseUntilNanos() {
        return role instanceof Leader leader ? leader.leaseUntilNanos() : RawNode.NO_LEASE;
    }

    /** Whether this replica leads without heartbeats of its own. */
    public boolean isQuiet() {
        return role instanceof Leader leader && leader.isQuiet();
    }

    /** Before this time a tick changes nothing, unless another input comes first. */
    public long dueNanos() {
        // What the disk already proves to be committed comes out of the first step, whichever that is.
        return begun ? role.dueNanos() : state.nowNanos();
    }

    /** Everything about this replica. */
    public RaftStatus status() {
        Leader leader = role instanceof Leader leading ? leading : null;
        return new RaftStatus(
                state.self,
                role.kind(),
                state.term(),
                state.vote(),
                state.leader,
                state.membership,
                state.log.base(),
                state.log.last(),
                state.log.commit(),
                state.log.applied(),
                state.writes.durableIndex(),
                leaseUntilNanos(),
                isQuiet(),
                leader == null ? null : leader.transferTarget(),
                leader == null ? List.of() : leader.peers());
    }
}
