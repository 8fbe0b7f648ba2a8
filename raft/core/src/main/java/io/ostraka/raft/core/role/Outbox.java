package io.ostraka.raft.core.role;

import io.ostraka.raft.core.Effects;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.HardState;
import io.ostraka.raft.core.ProposalOutcome;
import io.ostraka.raft.core.ReadOutcome;
import io.ostraka.raft.core.RoleChange;
import io.ostraka.raft.core.SnapshotNeeded;
import io.ostraka.raft.core.SnapshotVerdict;
import io.ostraka.raft.core.message.Message;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects the effects of one step. */
final class Outbox {

    private final List<Message> sendNow = new ArrayList<>();
    private final List<Message> sendAfterPersist = new ArrayList<>();
    private final List<ProposalOutcome> proposals = new ArrayList<>();
    private final List<ReadOutcome> reads = new ArrayList<>();
    private final List<SnapshotNeeded> snapshots = new ArrayList<>();
    private @Nullable SnapshotVerdict snapshotVerdict;

    /** Sends what rests on nothing that is not durable. */
    void sendNow(Message message) {
        sendNow.add(message);
    }

    /** Sends what speaks of this step's write, or of an earlier one that may be under way. */
    void sendAfterPersist(Message message) {
        sendAfterPersist.add(message);
    }

    void proposal(ProposalOutcome outcome) {
        proposals.add(outcome);
    }

    void read(ReadOutcome outcome) {
        reads.add(outcome);
    }

    void snapshotNeeded(SnapshotNeeded snapshot) {
        snapshots.add(snapshot);
    }

    void snapshotVerdict(SnapshotVerdict verdict) {
        snapshotVerdict = verdict;
    }

    /** What a step writes, as it stands at its end. */
    record Write(long persistId, @Nullable HardState hardState, List<Entry> append) {}

    /** Hands over everything that was collected and starts anew. */
    Effects take(Write write, List<Entry> committed, @Nullable RoleChange roleChange) {
        boolean writes = write.hardState() != null || !write.append().isEmpty();
        if (!writes && committed.isEmpty() && roleChange == null && nothingCollected()) {
            return Effects.EMPTY;
        }
        Effects effects = new Effects(
                write.persistId(),
                write.hardState(),
                write.append(),
                writes,
                taken(sendNow),
                taken(sendAfterPersist),
                committed,
                taken(proposals),
                taken(reads),
                taken(snapshots),
                snapshotVerdict,
                roleChange);
        snapshotVerdict = null;
        return effects;
    }

    private boolean nothingCollected() {
        return sendNow.isEmpty()
                && sendAfterPersist.isEmpty()
                && proposals.isEmpty()
                && reads.isEmpty()
                && snapshots.isEmpty()
                && snapshotVerdict == null;
    }

    private static <T> List<T> taken(List<T> collected) {
        if (collected.isEmpty()) {
            return List.of();
        }
        List<T> taken = List.copyOf(collected);
        collected.clear();
        return taken;
    }
}
