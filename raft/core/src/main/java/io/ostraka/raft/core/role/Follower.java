package io.ostraka.raft.core.role;

import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReadOutcome;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.RoleKind;
import io.ostraka.raft.core.input.Propose;
import io.ostraka.raft.core.input.Read;
import io.ostraka.raft.core.message.AppendRequest;
import io.ostraka.raft.core.message.AppendResponse;
import io.ostraka.raft.core.message.AppendResult;
import io.ostraka.raft.core.message.Heartbeat;
import io.ostraka.raft.core.message.HeartbeatResponse;
import io.ostraka.raft.core.message.Message;
import io.ostraka.raft.core.message.ReadIndexRequest;
import io.ostraka.raft.core.message.ReadIndexResponse;
import io.ostraka.raft.core.message.TimeoutNow;
import io.ostraka.raft.core.read.ForwardedReads;
import java.util.List;

/**
 * Follows the leader of its term, or waits to hear of one: takes entries, answers heartbeats, forwards reads, and
 * campaigns when it has heard nothing for too long (paper, sections 5.2 and 5.3).
 */
final class Follower implements Role {

    private final ReplicaState state;
    private final ForwardedReads reads;
    private long matchedIndex;
    private boolean woken;

    Follower(ReplicaState state) {
        this.state = state;
        this.reads = new ForwardedReads(state.random.nextLong() >>> 1);
    }

    @Override
    public RoleKind kind() {
        return RoleKind.FOLLOWER;
    }

    @Override
    public Transition enter() {
        return Transition.STAY;
    }

    @Override
    public Transition tick() {
        if (!state.isElectionDue() || !state.membership.isVoter(state.self)) {
            return Transition.STAY;
        }
        if (state.isQuarantined()) {
            // It leaves the election to others, and its leader is as lost to it as to them.
            state.leader = null;
            refuseReads();
            state.restartElectionTimer();
            return Transition.STAY;
        }
        return new Transition.Canvass();
    }

    @Override
    public long dueNanos() {
        if (!reads.isEmpty() || state.isQuarantined()) {
            return state.nowNanos();
        }
        return state.membership.isVoter(state.self) ? state.electionDeadlineNanos() : Long.MAX_VALUE;
    }

    @Override
    public Transition receive(Message message) {
        switch (message) {
            case AppendRequest append -> onAppend(append);
            case Heartbeat heartbeat -> onHeartbeat(heartbeat);
            case ReadIndexResponse response -> onReadIndex(response);
            case ReadIndexRequest request -> state.out.sendNow(refusal(state, request));
            case TimeoutNow timeout -> {
                boolean asked = timeout.from().equals(state.leader) && state.membership.isVoter(state.self);
                if (asked && !state.isQuarantined()) {
                    return new Transition.Stand(true);
                }
            }
            default -> {
                // Answers to what this replica asked in another role: too late to matter.
            }
        }
        return Transition.STAY;
    }

    @Override
    public void propose(Propose proposal) {
        state.refuse(proposal);
    }

    @Override
    public void read(Read read) {
        if (state.leader == null) {
            state.refuseRead(read.readId());
        } else if (!reads.offer(read.readId())) {
            state.out.read(new ReadOutcome.Refused(read.readId(), new ReadOutcome.Overloaded()));
        }
    }

    @Override
    public Transition finish() {
        ReplicaId leader = state.leader;
        if (leader != null && reads.shouldRequest(state.nowNanos(), state.config.heartbeatIntervalNanos())) {
            long requestId = reads.begin(state.nowNanos());
            // It names this replica's term, so it may not overtake the write of that term.
            state.sendOnceTermIsDurable(new ReadIndexRequest(state.self, leader, state.term(), requestId));
        }
        state.requestSnapshot();
        return Transition.STAY;
    }

    @Override
    public void leave() {
        refuseReads();
    }

    private void refuseReads() {
        for (long readId : reads.takeAll()) {
            state.refuseRead(readId);
        }
    }

    /** A sign of life of the leader of this term. */
    void heardFromLeader() {
        woken = false;
        state.heardFromLeader();
    }

    /** The node of a quiet leader names it. */
    void leaderAlive(ReplicaId leader) {
        if (state.leader == null) {
            state.leader = leader;
            // New to this leader, or back from a restart: it may lack the commit index, which a quiet leader does not
            // send. An answer to no round makes the leader speak up.
            state.sendOnceTermIsDurable(new HeartbeatResponse(state.self, leader, state.term(), 0));
        }
        if (leader.equals(state.leader)) {
            heardFromLeader();
        }
    }

    /** The node of a quiet leader does not name it any more; said again, it must not put the election off. */
    void wake() {
        if (!woken) {
            woken = true;
            state.restartElectionTimer();
        }
    }

    private void onHeartbeat(Heartbeat heartbeat) {
        heardFromLeader();
        state.log.commitTo(heartbeat.commit());
        state.sendOnceTermIsDurable(
                new HeartbeatResponse(state.self, heartbeat.from(), state.term(), heartbeat.round()));
    }

    private void onAppend(AppendRequest append) {
        heardFromLeader();
        if (!append.isWellFormed() || isOverrun(append)) {
            return;
        }
        LogPosition prev = append.prev();
        List<Entry> entries = append.entries();
        if (prev.index() >= state.log.commit() && !state.log.matches(prev)) {
            answerConflict(append);
            return;
        }
        // What is committed here is in the log of every later leader: an append that starts below it is a late or
        // doubled
        // one, and matches up to the commit index at least.
        long last = prev.index() + entries.size();
        for (Entry entry : entries) {
            take(entry);
        }
        long matched = Math.max(last, Math.min(state.log.commit(), state.log.lastIndex()));
        matchedIndex = Math.max(matchedIndex, matched);
        // Only what this request vouches for: entries after it may be left over from another term.
        state.log.commitTo(Math.min(append.commit(), matched));
        state.out.sendAfterPersist(answer(append, new AppendResult.Matched(matched)));
    }

    /**
     * Whether so much waits to be applied here that more entries would only fill the memory. Passing them over looks to
     * the leader as if they were lost: it tries again, one append an interval, until this replica has caught up.
     */
    private boolean isOverrun(AppendRequest append) {
        return !append.entries().isEmpty() && state.log.unappliedBytes() > state.config.unappliedBytesMax();
    }

    private void take(Entry entry) {
        if (entry.index() <= state.log.base().index()) {
            return;
        }
        if (entry.index() <= state.log.lastIndex()) {
            if (state.log.termAt(entry.index()) == entry.term()) {
                return;
            }
            state.log.truncateFrom(entry.index());
            state.writes.truncatedFrom(entry.index());
        }
        state.log.append(entry);
    }

    private void answerConflict(AppendRequest append) {
        LogPosition prev = append.prev();
        LogPosition hint = state.log.lastAtOrBelow(prev.index(), prev.term());
        if (hint.index() < state.log.commit()) {
            hint = new LogPosition(state.log.commit(), state.log.termAt(state.log.commit()));
        }
        state.sendOnceTermIsDurable(answer(append, new AppendResult.Conflict(prev.index(), hint)));
    }

    private AppendResponse answer(AppendRequest append, AppendResult result) {
        return new AppendResponse(state.self, append.from(), state.term(), result, append.round());
    }

    private void onReadIndex(ReadIndexResponse response) {
        if (!response.from().equals(state.leader)) {
            return;
        }
        List<Long> answered = reads.answered(response.requestId());
        for (long readId : answered) {
            if (response.granted()) {
                state.out.read(new ReadOutcome.Ready(readId, response.index(), state.term(), false));
            } else {
                state.refuseRead(readId);
            }
        }
        if (response.granted() && !answered.isEmpty()) {
            // The index is committed; how much of it this log has in common with the leader's is known.
            state.log.commitTo(Math.min(response.index(), matchedIndex));
        }
    }

    /** The answer of a replica that does not lead. */
    static ReadIndexResponse refusal(ReplicaState state, ReadIndexRequest request) {
        return new ReadIndexResponse(state.self, request.from(), state.term(), request.requestId(), 0, false);
    }
}
