package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.EntryType;
import io.ostraka.raft.core.HardState;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.Restored;
import io.ostraka.raft.runtime.statemachine.AppliedState;
import io.ostraka.raft.runtime.storage.ReplicaRecovery;
import java.util.List;

/**
 * How a replica starts from what its log and its store hold after a restart. The two are written apart, so each may be
 * ahead of the other (DESIGN section 7).
 */
public sealed interface ReplicaStart {

    /**
     * The replica can go on.
     *
     * @param restored what the core starts from
     * @param restartLog whether the log does not reach to the store, so that it begins anew at {@code restored.base()}
     */
    record Ready(Restored restored, boolean restartLog) implements ReplicaStart {}

    /**
     * Something that was durable is missing.
     *
     * @param what a sentence for the operator
     */
    record Damaged(String what) implements ReplicaStart {}

    /**
     * Decides it.
     *
     * <p>If the log has an entry with exactly the index and term of the store, whatever follows is replayed. If it has
     * none, the store is a snapshot and the log restarts there: the store may have been replaced by an installed
     * snapshot, or have applied what the others had committed before it was durable in this log. A log that begins
     * after the store, however, was only ever cut because the store had flushed that far; then the store has lost
     * something.
     */
    static ReplicaStart of(ReplicaRecovery found, AppliedState store) {
        return switch (found) {
            case ReplicaRecovery.Damaged damaged -> new Damaged(damaged.what());
            case ReplicaRecovery.Recovered recovered -> of(recovered, store);
        };
    }

    private static ReplicaStart of(ReplicaRecovery.Recovered log, AppliedState store) {
        LogPosition at = store.position();
        if (at.index() < log.base().index()) {
            return new Damaged("the store has applied up to " + at + " only, but the log begins after " + log.base()
                    + ": the store has lost what it had flushed");
        }
        HardState saved = log.hardState() == null ? HardState.INITIAL : log.hardState();
        HardState hardState = saved.term() >= at.term()
                ? new HardState(saved.term(), saved.vote(), Math.max(saved.commit(), at.index()))
                : new HardState(at.term(), null, at.index());
        int applied = (int) (at.index() - log.base().index());
        if (applied > log.entries().size() || !positionAfter(log, applied).equals(at)) {
            HardState cut = new HardState(hardState.term(), hardState.vote(), at.index());
            return new Ready(new Restored(cut, at, store.membership(), List.of()), true);
        }
        List<Entry> replayed = log.entries().subList(applied, log.entries().size());
        long last = at.index() + replayed.size();
        HardState within = new HardState(hardState.term(), hardState.vote(), Math.min(hardState.commit(), last));
        // What lies before the store's position is kept for followers that lag, unless it changed the membership.
        boolean keep = log.entries().subList(0, applied).stream().noneMatch(e -> e.type() == EntryType.MEMBERSHIP);
        return new Ready(
                keep
                        ? new Restored(within, log.base(), store.membership(), log.entries())
                        : new Restored(within, at, store.membership(), replayed),
                false);
    }

    private static LogPosition positionAfter(ReplicaRecovery.Recovered log, int entries) {
        return entries == 0 ? log.base() : log.entries().get(entries - 1).position();
    }
}
