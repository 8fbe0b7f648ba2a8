package io.ostraka.raft.core;

import io.ostraka.raft.core.input.Applied;
import io.ostraka.raft.core.input.Input;
import io.ostraka.raft.core.input.Persisted;
import io.ostraka.raft.core.input.Quarantined;
import io.ostraka.raft.core.input.Released;
import io.ostraka.raft.core.input.SnapshotInstalled;
import io.ostraka.raft.core.input.Tick;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.core.message.Message;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A replica with a disk in memory that forgets what was not forced, and a state machine that keeps what it applied: the
 * smallest honest host.
 */
final class TestReplica {

    final ReplicaId id;
    final RaftConfig config;
    final Membership membership;
    final List<Message> outgoing = new ArrayList<>();
    final List<Effects> effects = new ArrayList<>();

    /** What the state machine has applied, by index; it survives a crash, as a store that is flushed at once does. */
    final TreeMap<Long, Entry> applied = new TreeMap<>();

    private final RandomGenerator random;
    private final ArrayDeque<Effects> writes = new ArrayDeque<>();
    private final ArrayDeque<Effects> held = new ArrayDeque<>();
    /** What was committed since the state is not to be trusted. */
    private final List<Entry> unapplied = new ArrayList<>();

    private boolean quarantined;
    private RawNode node;
    private HardState durableHardState;
    private final TreeMap<Long, Entry> durableLog = new TreeMap<>();
    private LogPosition base;
    private LogPosition appliedTo;
    private long durableId;
    long nowNanos;

    TestReplica(RaftConfig config, ReplicaId id, Restored restored, RandomGenerator random) {
        this.config = config;
        this.id = id;
        this.membership = restored.membershipAtBase();
        this.random = random;
        this.durableHardState = restored.hardState();
        this.base = restored.base();
        this.appliedTo = restored.base();
        restored.entries().forEach(entry -> durableLog.put(entry.index(), entry));
        this.node = new RawNode(config, id, restored, random, nowNanos);
    }

    RawNode node() {
        return node;
    }

    /** Where the log on disk begins. */
    LogPosition base() {
        return base;
    }

    LogPosition appliedTo() {
        return appliedTo;
    }

    /** Takes an input and does what follows but for the writes, which {@link #persist} completes. */
    Effects step(Input input) {
        boolean early = input instanceof Tick tick && tick.nowNanos() < node.dueNanos();
        Effects done = node.step(input);
        if (early && !done.equals(Effects.EMPTY)) {
            throw new AssertionError("a tick before its time has an effect: " + done);
        }
        return carryOut(done);
    }

    private Effects carryOut(Effects done) {
        effects.add(done);
        if (done.hasWrite()) {
            writes.addLast(done);
        }
        outgoing.addAll(done.sendNow());
        if (done.persistId() <= durableId) {
            outgoing.addAll(done.sendAfterPersist());
        } else if (!done.sendAfterPersist().isEmpty()) {
            held.addLast(done);
        }
        apply(done.committed());
        return done;
    }

    private void apply(List<Entry> committed) {
        if (quarantined) {
            unapplied.addAll(committed);
            return;
        }
        for (Entry entry : committed) {
            if (entry.index() > appliedTo.index()) {
                applied.put(entry.index(), entry);
                appliedTo = entry.position();
            }
        }
        if (!committed.isEmpty()) {
            carryOut(node.step(new Applied(committed.getLast().index())));
        }
    }

    boolean hasWrites() {
        return !writes.isEmpty();
    }

    /** Makes every write durable that was begun. */
    void persist() {
        while (!writes.isEmpty()) {
            persistOne();
        }
    }

    /** Makes the oldest write durable. */
    void persistOne() {
        Effects write = writes.removeFirst();
        if (write.hardState() != null) {
            durableHardState = write.hardState();
        }
        for (Entry entry : write.append()) {
            durableLog.tailMap(entry.index(), true).clear();
            durableLog.put(entry.index(), entry);
        }
        durableId = write.persistId();
        while (!held.isEmpty() && held.getFirst().persistId() <= durableId) {
            for (Message message : held.removeFirst().sendAfterPersist()) {
                if (message.term() >= node.term()) {
                    outgoing.add(message);
                }
            }
        }
        carryOut(node.step(new Persisted(durableId, nowNanos)));
    }

    /** Installs a snapshot of another replica's state, if it is ahead of what is applied here. */
    void install(LogPosition position, Map<Long, Entry> state) {
        if (position.index() < appliedTo.index() || (position.equals(appliedTo) && !quarantined)) {
            return;
        }
        quarantined = false;
        // The log restarts behind the writes that were begun before.
        persist();
        applied.clear();
        applied.putAll(state);
        appliedTo = position;
        Effects done = carryOut(node.step(new SnapshotInstalled(position, membership)));
        if (done.snapshotVerdict() instanceof SnapshotVerdict.Installed installed) {
            base = position;
            if (installed.logKept()) {
                durableLog.headMap(position.index(), true).clear();
            } else {
                durableLog.clear();
            }
        }
        apply(List.copyOf(unapplied));
        unapplied.clear();
    }

    /** Finds the state not to be trusted. */
    void quarantine() {
        quarantined = true;
        step(new Quarantined(appliedTo.index(), nowNanos));
    }

    /** Drops the log up to an index, which must be applied. */
    void release(long index) {
        Entry entry = durableLog.get(index);
        if (entry != null && entry.equals(applied.get(index))) {
            base = entry.position();
            durableLog.headMap(index, true).clear();
            carryOut(node.step(new Released(base)));
        }
    }

    /** Loses everything that is not durable and starts again. */
    void crashAndRestart() {
        writes.clear();
        held.clear();
        unapplied.clear();
        outgoing.clear();
        durableId = 0;
        @Nullable Entry at = durableLog.get(appliedTo.index());
        if (appliedTo.index() > base.index() && (at == null || at.term() != appliedTo.term())) {
            // The store is ahead of the log: it is the snapshot, and the log restarts there.
            durableLog.clear();
            base = appliedTo;
        }
        long commit = Math.max(durableHardState.commit(), appliedTo.index());
        long last = durableLog.isEmpty() ? base.index() : durableLog.lastKey();
        HardState restoredState =
                new HardState(durableHardState.term(), durableHardState.vote(), Math.min(commit, last));
        node = new RawNode(
                config,
                id,
                new Restored(restoredState, base, membership, List.copyOf(durableLog.values())),
                random,
                nowNanos);
        carryOut(node.step(new Applied(appliedTo.index())));
        if (quarantined) {
            quarantine();
        }
    }

    /** What would survive a crash now. */
    Map<Long, Entry> durableLog() {
        return durableLog;
    }

    HardState durableHardState() {
        return durableHardState;
    }
}
