package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Effects;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ProposalOutcome;
import io.ostraka.raft.core.RaftStatus;
import io.ostraka.raft.core.RawNode;
import io.ostraka.raft.core.ReadOutcome;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.RoleChange;
import io.ostraka.raft.core.RoleKind;
import io.ostraka.raft.core.SnapshotVerdict;
import io.ostraka.raft.core.input.Applied;
import io.ostraka.raft.core.input.Budget;
import io.ostraka.raft.core.input.Input;
import io.ostraka.raft.core.input.Persisted;
import io.ostraka.raft.core.input.Propose;
import io.ostraka.raft.core.input.Quarantined;
import io.ostraka.raft.core.input.Read;
import io.ostraka.raft.core.input.Released;
import io.ostraka.raft.core.input.SnapshotInstalled;
import io.ostraka.raft.core.input.SnapshotOffered;
import io.ostraka.raft.core.input.SnapshotSent;
import io.ostraka.raft.core.message.Message;
import io.ostraka.raft.runtime.snapshot.SnapshotOffer;
import io.ostraka.raft.runtime.statemachine.AppliedState;
import io.ostraka.raft.runtime.statemachine.LeadershipEvent;
import io.ostraka.raft.runtime.storage.LogWrite;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One replica in motion: the pure core, fed with what happens and relieved of its effects through {@link ReplicaPorts}.
 * Production's event loops and the simulator run this same class. Single-threaded; never blocks; time is an argument.
 *
 * <p>A <i>turn</i> is a run of events that ends with {@link #endTurn}: proposals and reads that come in during a turn
 * are given to the core together at its end. A message that speaks of what is being written is held back until the log
 * says that it is durable, and is dropped if this replica has entered a later term by then.
 *
 * <p>An exception from the core stops the replica for good: it neither sends nor writes after that, answers what waits
 * with "unknown", and refuses what comes.
 *
 * @param <R> what applying one command answers
 */
public final class ReplicaDriver<R> {

    private static final long PROPOSAL_BYTES_MAX = 256 * 1024;

    /** A command that waits for the end of the turn. */
    private record Queued<R>(Bytes command, Budget budget, ProposalCallback<R> callback) {}

    /** Messages that wait for a write to become durable. */
    private record Held(long persistId, List<Message> messages) {}

    private final ReplicaId self;
    private final RawNode node;
    private final ReplicaPorts<R> ports;
    private final LogRetention retention;
    private final PendingProposals<R> pending = new PendingProposals<>();
    private final List<Queued<R>> queued = new ArrayList<>();
    private List<ReadCallback> waitingReads = new ArrayList<>();
    private final Map<Long, List<ReadCallback>> readRounds = new HashMap<>();
    private final Deque<Held> held = new ArrayDeque<>();
    private List<ProposalCallback<R>> proposing = List.of();
    private LeadershipEvent lastEvent;
    private LogPosition flushedTo;
    private long persistedId;
    private long nextId;
    private @Nullable SnapshotVerdict verdict;
    private @Nullable Throwable failure;

    /**
     * Makes the driver of {@code node}, which has not been stepped yet.
     *
     * @param self the replica
     * @param durable what the state machine holds already
     * @param retention the bookkeeping of the log that it starts with
     */
    public ReplicaDriver(
            ReplicaId self, RawNode node, AppliedState durable, LogRetention retention, ReplicaPorts<R> ports) {
        this.self = self;
        this.node = node;
        this.ports = ports;
        this.retention = retention;
        this.flushedTo = durable.position();
        this.lastEvent = new LeadershipEvent.Follower(node.term(), null);
        step(new Applied(durable.position().index()));
    }

    /** Takes anything that needs no answer but the core's own effects: ticks, messages, signs of life. */
    public void step(Input input) {
        if (failure != null) {
            return;
        }
        try {
            perform(node.step(input));
        } catch (RuntimeException broken) {
            fail(broken);
        }
    }

    /** Queues a proposal for the end of the turn. */
    public void propose(Bytes command, Budget budget, ProposalCallback<R> callback) {
        if (failure != null) {
            callback.completed(new ProposalResult.Refused<>(new Refusal.Stopped()));
            return;
        }
        queued.add(new Queued<>(command, budget, callback));
    }

    /** Queues a read for the end of the turn. */
    public void read(ReadCallback callback) {
        if (failure != null) {
            callback.completed(new ReadResult.Refused(new Refusal.Stopped()));
            return;
        }
        waitingReads.add(callback);
    }

    /** Ends a turn: what was queued goes to the core, in as few steps as its limits allow. */
    public void endTurn(long nowNanos) {
        // Stable: a copy's last step must stay behind its chunks.
        queued.sort(Comparator.comparing(each -> each.budget() != Budget.CLIENT));
        int next = 0;
        while (next < queued.size() && failure == null) {
            next = proposeRun(next);
        }
        for (; next < queued.size(); next++) {
            queued.get(next).callback().completed(new ProposalResult.Refused<>(new Refusal.Stopped()));
        }
        queued.clear();
        if (!waitingReads.isEmpty()) {
            List<ReadCallback> together = waitingReads;
            waitingReads = new ArrayList<>();
            long id = nextId++;
            readRounds.put(id, together);
            step(new Read(id, nowNanos));
        }
    }

    /** Proposes a run of commands with one budget, and returns where the next one begins. */
    private int proposeRun(int from) {
        Budget budget = queued.get(from).budget();
        List<Bytes> payloads = new ArrayList<>();
        List<ProposalCallback<R>> callbacks = new ArrayList<>();
        long bytes = 0;
        int next = from;
        while (next < queued.size() && queued.get(next).budget() == budget && bytes < PROPOSAL_BYTES_MAX) {
            Queued<R> each = queued.get(next++);
            payloads.add(each.command());
            callbacks.add(each.callback());
            bytes += each.command().size();
        }
        proposing = callbacks;
        step(new Propose(nextId++, payloads, budget));
        // Left over only if the core broke before it answered: nobody can say then what it did with them.
        List<ProposalCallback<R>> unanswered = proposing;
        proposing = List.of();
        unanswered.forEach(callback -> callback.completed(new ProposalResult.Unknown<>()));
        return next;
    }

    /** Takes a write that has become durable. */
    public void written(LogWrite write, long nowNanos) {
        if (!(write instanceof LogWrite.Append append) || failure != null) {
            return;
        }
        persistedId = Math.max(persistedId, append.persistId());
        while (!held.isEmpty() && held.getFirst().persistId() <= persistedId) {
            held.removeFirst().messages().forEach(this::sendUnlessOvertaken);
        }
        step(new Persisted(append.persistId(), nowNanos));
    }

    /**
     * Sends what was held back. What speaks of a term that this replica has left is of no use to anyone, and the same
     * force may have replaced the entries that it acknowledges: it is as good as lost on the way.
     */
    private void sendUnlessOvertaken(Message message) {
        if (message.term() >= node.term()) {
            ports.send(message);
        }
    }

    /** Takes how far the state machine has applied. */
    public void applied(long index) {
        step(new Applied(index));
    }

    /** Takes note that the state, applied up to {@code index}, is not to be trusted. */
    public void quarantined(long index, long nowNanos) {
        step(new Quarantined(index, nowNanos));
    }

    /** Takes what a flush of the state machine has made durable, and gives back log that nobody needs any more. */
    public void flushed(LogPosition durable, RetainedLog retained) {
        flushedTo = durable;
        release(retained);
    }

    /** Gives back log that was kept for a follower that has caught up meanwhile, or for too long. */
    public void release(RetainedLog retained) {
        if (failure != null) {
            return;
        }
        // A flush may be heard of before the application of what it made durable, or the installation of a snapshot.
        if (flushedTo.index() <= node.appliedIndex()) {
            retention.flushed(flushedTo);
        }
        if (!retention.worthwhile()) {
            return;
        }
        LogPosition cut = retention.cut(node.status(), retained);
        if (cut != null) {
            ports.write(new LogWrite.Release(self, cut));
            step(new Released(cut));
        }
    }

    /** Asks whether a snapshot that is offered, or about to be installed, is wanted. */
    public @Nullable SnapshotVerdict offered(SnapshotOffer offer, long nowNanos) {
        verdict = null;
        step(new SnapshotOffered(
                offer.from(),
                offer.term(),
                offer.header().position(),
                offer.header().membership(),
                nowNanos));
        return verdict;
    }

    /** Takes the snapshot that the state machine durably holds, and restarts or cuts the log there. */
    public void installed(AppliedState state) {
        verdict = null;
        step(new SnapshotInstalled(state.position(), state.membership()));
        if (verdict instanceof SnapshotVerdict.Installed inForce) {
            LogPosition base = inForce.base();
            if (inForce.logKept()) {
                retention.flushed(base);
                retention.released(base);
                ports.write(new LogWrite.Release(self, base));
            } else {
                retention.restarted(base);
                ports.write(new LogWrite.Restart(self, base));
            }
        }
    }

    /** Notes that a snapshot at {@code position} is on its way to {@code to}: the log after it is kept for now. */
    public void snapshotStarted(ReplicaId to, LogPosition position) {
        retention.snapshotStarted(to, position);
    }

    /** Takes the end of a transfer; one that broke off may go on, until it is {@linkplain #snapshotDropped dropped}. */
    public void snapshotSent(ReplicaId to, LogPosition position, boolean ok) {
        if (ok) {
            retention.snapshotInstalled(to, position);
        }
        step(new SnapshotSent(to, position, ok));
    }

    /** Notes that the snapshot for {@code to} is not kept for it any longer. */
    public void snapshotDropped(ReplicaId to) {
        retention.snapshotDropped(to);
    }

    /** Whether log is kept for a follower that gets a snapshot, or catches up after one. */
    public boolean keepsForTransfers() {
        return retention.keepsForTransfers();
    }

    /** Stops the replica for good because of {@code cause}, which its ports are told. */
    public void fail(Throwable cause) {
        if (failure == null) {
            stop(cause);
            ports.failed(cause);
        }
    }

    /** Stops the replica because its host lets it go. */
    public void close() {
        if (failure == null) {
            stop(new IllegalStateException("closed"));
        }
    }

    /** Answers what waits with "unknown", or refuses it where it was never proposed. */
    private void stop(Throwable cause) {
        failure = cause;
        held.clear();
        loseProposals(pending.abandon());
        ReadResult refused = new ReadResult.Refused(new Refusal.Stopped());
        readRounds.values().forEach(reads -> reads.forEach(read -> read.completed(refused)));
        readRounds.clear();
        waitingReads.forEach(read -> read.completed(refused));
        waitingReads.clear();
    }

    /** Returns why the replica has stopped, or null while it runs. */
    public @Nullable Throwable failure() {
        return failure;
    }

    /** Returns the core's own account of itself. */
    public RaftStatus status() {
        return node.status();
    }

    /** Before this time a tick changes nothing, unless something else happens first. */
    public long dueNanos() {
        return node.dueNanos();
    }

    /** Returns the log that is in no completed flush, in bytes. */
    public long unflushedBytes() {
        return retention.unflushedBytes();
    }

    /** Returns who leads, or {@code before} if nothing has changed since. */
    public Leadership leadership(Leadership before) {
        if (failure != null) {
            return Leadership.NONE;
        }
        boolean leads = node.role() == RoleKind.LEADER;
        long lease = node.leaseUntilNanos();
        if (before.term() == node.term()
                && before.leads() == leads
                && Objects.equals(before.leader(), node.leader())
                && before.commit() == node.commitIndex()
                && before.leaseUntilNanos() == lease) {
            return before;
        }
        return new Leadership(node.term(), leads, node.leader(), node.commitIndex(), lease, lease != RawNode.NO_LEASE);
    }

    private void perform(Effects effects) {
        write(effects);
        effects.sendNow().forEach(ports::send);
        if (!effects.sendAfterPersist().isEmpty()) {
            if (effects.persistId() <= persistedId) {
                effects.sendAfterPersist().forEach(ports::send);
            } else {
                held.addLast(new Held(effects.persistId(), effects.sendAfterPersist()));
            }
        }
        effects.proposals().forEach(this::proposed);
        if (!effects.committed().isEmpty()) {
            List<ProposalCallback<R>> lost = new ArrayList<>();
            ports.apply(effects.committed(), pending.committed(effects.committed(), lost));
            loseProposals(lost);
        }
        if (effects.roleChange() != null) {
            roleChanged(effects.roleChange());
        }
        effects.reads().forEach(this::readDecided);
        effects.snapshots().forEach(ports::sendSnapshot);
        if (effects.snapshotVerdict() != null) {
            verdict = effects.snapshotVerdict();
        }
    }

    private void write(Effects effects) {
        if (!effects.hasWrite()) {
            return;
        }
        retention.appended(effects.append());
        ports.write(new LogWrite.Append(self, effects.persistId(), effects.hardState(), effects.append()));
    }

    private void proposed(ProposalOutcome outcome) {
        List<ProposalCallback<R>> callbacks = proposing;
        proposing = List.of();
        switch (outcome) {
            case ProposalOutcome.Accepted accepted ->
                pending.accepted(accepted.firstIndex(), accepted.term(), callbacks);
            case ProposalOutcome.Refused refused -> {
                Refusal refusal = switch (refused.reason()) {
                    case ProposalOutcome.NotLeader reason -> new Refusal.NotLeader(reason.leader());
                    case ProposalOutcome.Overloaded reason -> new Refusal.Overloaded();
                    case ProposalOutcome.Transferring reason -> new Refusal.Transferring();
                };
                callbacks.forEach(callback -> callback.completed(new ProposalResult.Refused<>(refusal)));
            }
        }
    }

    private void readDecided(ReadOutcome outcome) {
        List<ReadCallback> callbacks = readRounds.remove(outcome.readId());
        if (callbacks == null) {
            return;
        }
        switch (outcome) {
            case ReadOutcome.Ready ready ->
                ports.readable(new ReadResult.Ready(ready.term(), ready.index(), ready.byLease()), callbacks);
            case ReadOutcome.Refused refused -> {
                ReadResult result = new ReadResult.Refused(
                        switch (refused.reason()) {
                            case ReadOutcome.NotLeader reason -> new Refusal.NotLeader(reason.leader());
                            case ReadOutcome.Overloaded reason -> new Refusal.Overloaded();
                        });
                callbacks.forEach(callback -> callback.completed(result));
            }
        }
    }

    private void roleChanged(RoleChange change) {
        LeadershipEvent event = change.role() == RoleKind.LEADER
                ? new LeadershipEvent.Leader(change.term())
                : new LeadershipEvent.Follower(change.term(), change.leader());
        if (event.equals(lastEvent)) {
            return;
        }
        if (lastEvent instanceof LeadershipEvent.Leader) {
            loseProposals(pending.abandon());
        }
        lastEvent = event;
        ports.leadershipChanged(event);
    }

    private void loseProposals(List<ProposalCallback<R>> lost) {
        lost.forEach(callback -> callback.completed(new ProposalResult.Unknown<>()));
    }
}
