package io.ostraka.raft.testkit.sim;

import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.HardState;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.RaftStatus;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.message.AppendResponse;
import io.ostraka.raft.core.message.AppendResult;
import io.ostraka.raft.core.message.Message;
import io.ostraka.raft.core.message.PreVoteRequest;
import io.ostraka.raft.core.message.PreVoteResponse;
import io.ostraka.raft.core.message.VoteRequest;
import io.ostraka.raft.core.message.VoteResponse;
import io.ostraka.raft.runtime.host.Leadership;
import io.ostraka.raft.runtime.storage.LogWrite;
import io.ostraka.raft.runtime.storage.ReplicaRecovery;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one replica over all its lives: the log that its core believes in, the log as it was written, and
 * the log that is durable, which are three things.
 */
final class ReplicaOracle {

    private final GroupOracle group;
    private final ReplicaId self;
    private final LogModel core = new LogModel();
    private final LogModel written = new LogModel();
    private final LogModel durable = new LogModel();
    private final Deque<LogModel.Change> unforced = new ArrayDeque<>();
    private final Set<Long> replaced = new HashSet<>();
    private Leadership seen = Leadership.NONE;
    private long storeIndex;
    private long appliedIndex;

    ReplicaOracle(GroupOracle group, ReplicaId self) {
        this.group = group;
        this.self = self;
    }

    /** Whether its core believes to have this. */
    boolean coreHolds(long index, long hash) {
        return core.holds(index, hash);
    }

    /** Whether this survives whatever happens now. */
    boolean durablyHolds(long index, long hash) {
        return index <= storeIndex || durable.holds(index, hash);
    }

    /** Whether this survives whatever happens now, or did until a leader of a later term than that replaced it. */
    boolean durablyHeldIn(long term, long index, long hash) {
        return durablyHolds(index, hash) || (durableTerm() > term && replaced.contains(hash));
    }

    LogModel core() {
        return core;
    }

    Leadership seen() {
        return seen;
    }

    long appliedIndex() {
        return appliedIndex;
    }

    /** The core hands a write to its log. */
    void submitted(LogWrite write) {
        switch (write) {
            case LogWrite.Append append -> {
                if (!append.entries().isEmpty()) {
                    checkOverwrite(append.entries().getFirst());
                }
                LogModel.Change change = core.append(append.hardState(), append.entries());
                group.noteEntries(self, change);
                core.apply(change);
            }
            case LogWrite.Restart restart -> core.apply(group.restart(self, restart.base()));
            case LogWrite.Release release -> {
                if (release.upTo().index() > storeIndex) {
                    throw new InvariantViolation(
                            Invariant.COMMITTED_KEPT,
                            self + " gives back its log up to " + release.upTo() + ", its store is durable up to "
                                    + storeIndex + " only");
                }
            }
            case LogWrite.Remove remove -> throw new IllegalStateException("no replica is removed: " + remove);
        }
    }

    private void checkOverwrite(Entry first) {
        if (first.index() > core.last()) {
            return;
        }
        if (first.index() <= seen.commit() || first.index() <= appliedIndex) {
            throw new InvariantViolation(
                    Invariant.COMMITTED_KEPT,
                    self + " overwrites from " + first.position() + ", committed up to " + seen.commit());
        }
        if (seen.leads() && seen.term() == first.term()) {
            throw new InvariantViolation(
                    Invariant.LEADER_APPEND_ONLY,
                    self + " leads term " + first.term() + " and overwrites from " + first.index()
                            + ", its log ends at " + core.last());
        }
    }

    /** The write has reached the disk, but no force has. */
    void wrote(LogWrite write) {
        LogModel.Change change = switch (write) {
            case LogWrite.Append append -> written.append(append.hardState(), append.entries());
            case LogWrite.Restart restart -> group.restart(self, restart.base());
            case LogWrite.Release release -> null;
            case LogWrite.Remove remove -> null;
        };
        if (change != null) {
            written.apply(change);
            unforced.add(change);
        }
    }

    /** Everything that was written is durable. */
    void forced() {
        unforced.forEach(change -> noteReplaced(change));
        unforced.forEach(durable::apply);
        unforced.clear();
    }

    /** What one force both writes and overwrites was never on disk. */
    private void noteReplaced(LogModel.Change change) {
        for (long index = Math.max(change.firstReplaced(), durable.floor()); index <= durable.last(); index++) {
            replaced.add(durable.hash(index));
        }
    }

    /** The store is durable up to an index. */
    void storeDurable(long index) {
        storeIndex = Math.max(storeIndex, index);
    }

    /** A message is about to leave: what it promises must survive a loss of power. */
    void sending(Message message) {
        HardState saved = durable.hardState() == null ? HardState.INITIAL : durable.hardState();
        long claimed = switch (message) {
            // It promises nothing, and nobody's term changes by it.
            case PreVoteRequest request -> 0;
            case PreVoteResponse response -> response.granted() ? 0 : response.term();
            default -> message.term();
        };
        if (claimed > durableTerm()) {
            throw unsafe(message, "term " + saved.term());
        }
        switch (message) {
            case VoteRequest request -> vote(message, saved, self);
            case VoteResponse response when response.granted() -> vote(message, saved, response.to());
            case AppendResponse response
            when response.result() instanceof AppendResult.Matched matched -> checkMatched(message, matched.index());
            default -> {}
        }
        long present = Math.max(seen.term(), durableTerm());
        if (message.term() < present) {
            throw new InvariantViolation(
                    Invariant.PRESENT_TERM, self + " is in term " + present + " and sends " + message);
        }
    }

    private void vote(Message message, HardState saved, ReplicaId candidate) {
        group.voted(self, message.term(), candidate);
        if (saved.term() == message.term() ? !candidate.equals(saved.vote()) : saved.term() < message.term()) {
            throw unsafe(message, "a vote for " + saved.vote() + " in term " + saved.term());
        }
    }

    private long durableTerm() {
        HardState saved = durable.hardState();
        return Math.max(saved == null ? 0 : saved.term(), durable.term(durable.last()));
    }

    private void checkMatched(Message message, long index) {
        if (index > Math.max(durable.last(), storeIndex)) {
            throw unsafe(message, "a log up to " + durable.last() + " and a store up to " + storeIndex);
        }
        ReplicaOracle leader = group.replica(message.to());
        boolean comparable = leader.seen.leads() && leader.seen.term() == message.term() && leader.core.knows(index);
        if (comparable && !durablyHolds(index, leader.core.hash(index))) {
            throw unsafe(message, "another entry at " + index);
        }
    }

    private InvariantViolation unsafe(Message message, String on) {
        return new InvariantViolation(
                Invariant.DURABLE_BEFORE_SENT, self + " sends " + message + ", and has on disk only " + on);
    }

    /** The replica publishes who leads and what is committed; called when either has changed. */
    void observed(Leadership now) {
        if (now.term() < seen.term() || now.commit() < seen.commit()) {
            throw new InvariantViolation(Invariant.MONOTONE, self + " goes from " + seen + " to " + now);
        }
        Leadership before = seen;
        seen = now;
        if (now.leads()) {
            group.leads(this, self, now.term());
        }
        if (now.commit() > before.commit()) {
            group.committed(this, self, now);
        }
    }

    /** The replica's state machine has applied an entry and stands there. */
    void applied(long index, long hash) {
        if (index < appliedIndex) {
            throw new InvariantViolation(Invariant.MONOTONE, self + " applied " + index + " after " + appliedIndex);
        }
        appliedIndex = index;
        group.checkApplied(self, index, hash);
    }

    /** The process ended. What the core believed is gone, what was written may be. */
    void crashed() {
        seen = Leadership.NONE;
        appliedIndex = 0;
    }

    /** The log was opened: it must hold what was durable and, of the writes since, the first few. */
    void recovered(ReplicaRecovery.Recovered found, long storeAt) {
        LogModel candidate = new LogModel(durable);
        Deque<LogModel.Change> left = new ArrayDeque<>(unforced);
        while (!candidate.equalsFound(found.hardState(), found.base(), found.entries())) {
            LogModel.@Nullable Change next = left.poll();
            if (next == null) {
                throw new InvariantViolation(Invariant.RECOVERED_AS_WRITTEN, describe(found));
            }
            noteReplaced(next);
            candidate.apply(next);
        }
        unforced.clear();
        durable.set(candidate);
        written.set(candidate);
        core.set(candidate);
        appliedIndex = storeAt;
    }

    /** The core has begun: nobody may wait to see whether a vote that it has forgotten is given again. */
    void begun(RaftStatus status) {
        HardState saved = durable.hardState() == null ? HardState.INITIAL : durable.hardState();
        ReplicaId vote = saved.term() == status.term() ? saved.vote() : null;
        if (status.term() < durableTerm() || (vote != null && !vote.equals(status.vote()))) {
            throw new InvariantViolation(
                    Invariant.RECOVERED_AS_WRITTEN,
                    self + " begins in term " + status.term() + " with a vote for " + status.vote() + "; durable is "
                            + saved);
        }
    }

    private String describe(ReplicaRecovery.Recovered found) {
        LogPosition end = found.entries().isEmpty()
                ? found.base()
                : found.entries().getLast().position();
        return self + " recovers " + found.hardState() + " and a log from " + found.base() + " to " + end
                + "; durable is " + durable + ", and " + unforced.size() + " writes were not forced";
    }
}
