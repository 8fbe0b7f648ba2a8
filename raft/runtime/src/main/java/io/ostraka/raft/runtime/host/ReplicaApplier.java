package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.EntryType;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.runtime.statemachine.AppliedState;
import io.ostraka.raft.runtime.statemachine.LeadershipEvent;
import io.ostraka.raft.runtime.statemachine.StateMachine;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The applying side of one replica: feeds the state machine in index order and answers those who wait, after the state
 * has taken the whole batch. Single-threaded, of the apply thread; the simulator runs it too. Whatever the state
 * machine throws passes through, and means that the replica must stop.
 *
 * <p>While the state is not to be trusted ({@link StateMachine#quarantinedAt}), entries are kept instead of applied,
 * and nobody gets an answer from it; once a snapshot has replaced the state, the kept entries after it are applied.
 * What the core hands out without hearing that it is applied bounds how many these are.
 *
 * @param <R> what applying one command answers
 */
public final class ReplicaApplier<R> {

    private static final long NO_TERM = -1;

    private record WaitingRead(ReadResult.Ready readable, List<ReadCallback> callbacks) {}

    private final StateMachine<R> machine;
    private final Queue<WaitingRead> reads = new PriorityQueue<>(
            Comparator.comparingLong((WaitingRead read) -> read.readable().index()));
    private volatile long appliedIndex;
    private volatile long appliedEntry;
    private long leadsOnceApplied = NO_TERM;
    /** Whether the group was last heard to have no leader that is known here. */
    private boolean leaderless;
    /** Committed entries that wait for a state that can be trusted. */
    private final List<Entry> kept = new ArrayList<>();

    /** Makes the applier of a state machine that holds everything up to {@code appliedIndex}. */
    public ReplicaApplier(StateMachine<R> machine, long appliedIndex) {
        this.machine = machine;
        this.appliedIndex = appliedIndex;
        this.appliedEntry = appliedIndex;
    }

    /** Returns the last applied index; any thread may ask. */
    public long appliedIndex() {
        return appliedIndex;
    }

    /**
     * Returns the last entry that is applied of those that the core has handed out; any thread may ask. This, and not
     * {@link #appliedIndex}, is what the core may be told: of a snapshot that has just become the state it does not
     * know yet.
     */
    public long appliedEntry() {
        return appliedEntry;
    }

    /** Applies entries, and answers their proposers and the reads that waited for them. */
    public void apply(List<Entry> entries, List<ProposalWaiter<R>> waiters) {
        List<Entry> fresh = after(appliedIndex, entries);
        Answers<R> answers = new Answers<>(waiters);
        if (machine.quarantinedAt() != null) {
            kept.addAll(fresh);
            answers.lose();
            stop();
            return;
        }
        if (!fresh.isEmpty()) {
            try {
                machine.apply(fresh, answers::take);
            } catch (RuntimeException broken) {
                answers.lose();
                throw broken;
            }
        }
        LogPosition quarantinedAt = machine.quarantinedAt();
        List<Entry> applied = quarantinedAt == null ? fresh : upTo(quarantinedAt.index(), fresh);
        if (!applied.isEmpty()) {
            appliedIndex = applied.getLast().index();
        }
        if (!entries.isEmpty()) {
            appliedEntry = quarantinedAt == null ? entries.getLast().index() : appliedIndex;
        }
        answers.deliver();
        announceLeadership(applied);
        if (quarantinedAt == null) {
            answerReads();
        } else {
            kept.addAll(fresh.subList(applied.size(), fresh.size()));
            stop();
        }
    }

    private static List<Entry> upTo(long index, List<Entry> entries) {
        int taken = 0;
        while (taken < entries.size() && entries.get(taken).index() <= index) {
            taken++;
        }
        return entries.subList(0, taken);
    }

    private static List<Entry> after(long index, List<Entry> entries) {
        int skip = 0;
        while (skip < entries.size() && entries.get(skip).index() <= index) {
            skip++;
        }
        return skip == 0 ? entries : entries.subList(skip, entries.size());
    }

    private void announceLeadership(List<Entry> applied) {
        if (leadsOnceApplied == NO_TERM) {
            return;
        }
        for (Entry entry : applied) {
            if (entry.term() == leadsOnceApplied && entry.type() == EntryType.NO_OP) {
                long term = leadsOnceApplied;
                leadsOnceApplied = NO_TERM;
                machine.leaderChanged(new LeadershipEvent.Leader(term));
                return;
            }
        }
    }

    /**
     * Tells the state machine who leads, or notes to tell it. Where nobody does, the reads that wait are refused: what
     * they wait for comes from a leader only, and whoever asked may ask another replica meanwhile. Reads of a leader
     * are never among them: all that it had committed was applied before it is told that it leads no more.
     */
    public void leadershipChanged(LeadershipEvent event) {
        switch (event) {
            case LeadershipEvent.Leader leader -> {
                leadsOnceApplied = leader.term();
                leaderless = false;
            }
            case LeadershipEvent.Follower follower -> {
                leadsOnceApplied = NO_TERM;
                leaderless = follower.leader() == null;
                machine.leaderChanged(follower);
                refuseIfLeaderless();
            }
        }
    }

    /** Answers reads once the state has reached their index; at once if it has, or if no leader brings it there. */
    public void readable(ReadResult.Ready readable, List<ReadCallback> callbacks) {
        reads.add(new WaitingRead(readable, callbacks));
        if (machine.quarantinedAt() != null) {
            stop();
        } else {
            answerReads();
            // One step may be granted an index and lose its leader, and tells of the leader first.
            refuseIfLeaderless();
        }
    }

    private void refuseIfLeaderless() {
        if (leaderless) {
            refuseReads(new Refusal.NotLeader(null));
        }
    }

    private void answerReads() {
        WaitingRead next = reads.peek();
        while (next != null && next.readable().index() <= appliedIndex) {
            reads.remove();
            for (ReadCallback callback : next.callbacks()) {
                callback.completed(next.readable());
            }
            next = reads.peek();
        }
    }

    /** Notes that a snapshot has become the state, and applies what was kept for it. */
    public void installed(AppliedState state) {
        appliedIndex = Math.max(appliedIndex, state.position().index());
        List<Entry> waiting = List.copyOf(kept);
        kept.clear();
        if (waiting.isEmpty()) {
            answerReads();
        } else {
            apply(waiting, List.of());
        }
    }

    /** Whether a snapshot at {@code position} may become the state: it must not fall back behind what was applied. */
    public boolean takes(LogPosition position) {
        LogPosition quarantinedAt = machine.quarantinedAt();
        return quarantinedAt == null
                ? position.index() > appliedIndex
                : position.index() >= Math.max(appliedIndex, quarantinedAt.index());
    }

    /** Where the state stands that is not to be trusted, or null. */
    public @Nullable LogPosition quarantinedAt() {
        return machine.quarantinedAt();
    }

    /** Refuses all reads that still wait: the replica stops, or nothing it holds may be read. */
    public void stop() {
        refuseReads(new Refusal.Stopped());
    }

    private void refuseReads(Refusal refusal) {
        ReadResult refused = new ReadResult.Refused(refusal);
        reads.forEach(read -> read.callbacks().forEach(callback -> callback.completed(refused)));
        reads.clear();
    }

    /** Collects answers during a batch, so that nobody is told before the state has taken all of it. */
    private static final class Answers<R> {
        private final List<ProposalWaiter<R>> waiters;
        private final List<ProposalResult<R>> results;
        private int next;

        private Answers(List<ProposalWaiter<R>> waiters) {
            this.waiters = waiters;
            this.results = new ArrayList<>(waiters.size());
        }

        private void take(long index, R result) {
            while (next < waiters.size() && waiters.get(next).index() < index) {
                results.add(new ProposalResult.Unknown<>());
                next++;
            }
            if (next < waiters.size() && waiters.get(next).index() == index) {
                results.add(new ProposalResult.Applied<>(waiters.get(next).position(), result));
                next++;
            }
        }

        private void lose() {
            waiters.forEach(waiter -> waiter.callback().completed(new ProposalResult.Unknown<>()));
        }

        private void deliver() {
            for (int i = 0; i < waiters.size(); i++) {
                ProposalResult<R> result = i < results.size() ? results.get(i) : new ProposalResult.Unknown<>();
                waiters.get(i).callback().completed(result);
            }
        }
    }
}
