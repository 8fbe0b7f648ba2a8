package io.ostraka.raft.testkit.sim;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.EntryType;
import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.NodeId;
import io.ostraka.raft.core.RawNode;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.Restored;
import io.ostraka.raft.core.SnapshotNeeded;
import io.ostraka.raft.core.input.Budget;
import io.ostraka.raft.core.input.Received;
import io.ostraka.raft.core.input.Tick;
import io.ostraka.raft.core.input.TransferLeadership;
import io.ostraka.raft.core.message.Message;
import io.ostraka.raft.core.message.TimeoutNow;
import io.ostraka.raft.runtime.host.Envelope;
import io.ostraka.raft.runtime.host.Leadership;
import io.ostraka.raft.runtime.host.LogRetention;
import io.ostraka.raft.runtime.host.ProposalCallback;
import io.ostraka.raft.runtime.host.ProposalWaiter;
import io.ostraka.raft.runtime.host.ReadCallback;
import io.ostraka.raft.runtime.host.ReadResult;
import io.ostraka.raft.runtime.host.ReplicaApplier;
import io.ostraka.raft.runtime.host.ReplicaDriver;
import io.ostraka.raft.runtime.host.ReplicaPorts;
import io.ostraka.raft.runtime.host.ReplicaStart;
import io.ostraka.raft.runtime.statemachine.AppliedState;
import io.ostraka.raft.runtime.statemachine.LeadershipEvent;
import io.ostraka.raft.runtime.storage.LogWrite;
import io.ostraka.raft.runtime.storage.ReplicaRecovery;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One replica in one run of its node: production's driver and applier, with queues where production has threads. What
 * the driver asks for takes effect in later events, unless the process dies first.
 */
public final class SimulatedReplica implements ReplicaPorts<Long> {

    private final World world;
    private final NodeProcess process;
    private final World.Place place;
    private final ReplicaOracle oracle;
    private final SimulatedMachine machine;
    private final ReplicaApplier<Long> applier;
    private final SnapshotCarrier snapshots;
    private final SortedMap<NodeId, ReplicaId> followers = new TreeMap<>();
    private final Deque<Runnable> loop = new ArrayDeque<>();
    private final Deque<Runnable> applies = new ArrayDeque<>();
    private @Nullable ReplicaDriver<Long> driver;
    private Leadership leadership = Leadership.NONE;
    private boolean turnEnds;
    private boolean doomed;
    private boolean mayBeginToLead = true;
    private boolean wasQuiet;

    SimulatedReplica(World world, NodeProcess process, World.Place place) {
        this.world = world;
        this.process = process;
        this.place = place;
        GroupOracle group = world.group(place.group());
        this.oracle = group.replica(place.replica());
        this.machine = world.machines().open(world, process.node(), place, this::witness);
        this.applier =
                new ReplicaApplier<>(machine, machine.durable().position().index());
        this.snapshots = new SnapshotCarrier(world, this);
        for (World.Place other : world.placesOf(place.group())) {
            if (!other.equals(place)) {
                followers.put(new NodeId(other.node() + 1), other.replica());
            }
        }
    }

    /** Starts from what log and store hold. */
    void begin(ReplicaRecovery found) {
        AppliedState durable = machine.durable();
        if (found instanceof ReplicaRecovery.Recovered recovered) {
            oracle.recovered(recovered, durable.position().index());
            world.watcher().began(place.node(), recovered, durable.position());
        }
        switch (ReplicaStart.of(world.tampering().recovered(found), durable)) {
            case ReplicaStart.Damaged damaged ->
                throw new InvariantViolation(Invariant.RECOVERED_AS_WRITTEN, id() + ": " + damaged.what());
            case ReplicaStart.Ready ready -> {
                Restored restored = ready.restored();
                if (ready.restartLog()) {
                    write(new LogWrite.Restart(id(), restored.base()));
                }
                SplittableRandom random =
                        new SplittableRandom(process.node().dice().random().nextLong());
                RawNode node = new RawNode(world.swarm().raft(), id(), restored, random, process.now());
                LogRetention retention = LogRetention.cutFinely(
                        restored.base(),
                        restored.entries(),
                        durable.position(),
                        world.swarm().disk().retentionStepBytes());
                driver = new ReplicaDriver<>(id(), node, durable, retention, this);
                oracle.begun(driver.status());
                LogPosition distrusted = machine.quarantinedAt();
                if (distrusted != null) {
                    mayBeginToLead = false;
                    driver.quarantined(distrusted.index(), process.now());
                }
            }
        }
    }

    /** Returns the replica's id. */
    public ReplicaId id() {
        return place.replica();
    }

    GroupId group() {
        return place.group();
    }

    World.Place place() {
        return place;
    }

    NodeProcess process() {
        return process;
    }

    ReplicaOracle oracle() {
        return oracle;
    }

    SimulatedMachine machine() {
        return machine;
    }

    ReplicaApplier<Long> applier() {
        return applier;
    }

    SnapshotCarrier snapshots() {
        return snapshots;
    }

    ReplicaDriver<Long> driver() {
        return Objects.requireNonNull(driver, "not begun");
    }

    SortedMap<NodeId, ReplicaId> followersByNode() {
        return followers;
    }

    /** Returns what the replica last published. */
    public Leadership leadership() {
        return leadership;
    }

    long term() {
        return leadership.term();
    }

    /** Whether it believes to lead. */
    public boolean leads() {
        return leadership.leads();
    }

    /** Compares what the replica publishes with what may be. */
    void observe() {
        ReplicaDriver<Long> running = driver;
        if (running == null) {
            return;
        }
        Leadership now = running.leadership(leadership);
        if (!now.equals(leadership)) {
            if (now.leads() && now.term() > leadership.term() && !mayBeginToLead) {
                throw new InvariantViolation(
                        Invariant.NO_FAILURE, id() + " begins to lead with a state that is not to be trusted");
            }
            leadership = now;
            world.trace().note("state", id().value() << 32 | now.term(), now.commit() * 2 + (now.leads() ? 1 : 0));
            oracle.observed(now);
        }
    }

    void checkBelief(ReplicaId peer) {
        if (driver().leadership(leadership).leads()) {
            observe();
            world.group(group()).checkBelief(driver().status(), peer);
        }
    }

    // ---- events of the Raft loop

    void tick(long now) {
        driver().step(new Tick(now));
        driver().release(world.swarm().disk().retainedLog());
    }

    void received(Message message) {
        driver().step(new Received(message, process.now()));
    }

    void transfer(@Nullable ReplicaId target) {
        driver().step(new TransferLeadership(target, process.now()));
    }

    void propose(Bytes command, ProposalCallback<Long> callback) {
        driver().propose(command, Budget.CLIENT, callback);
        endTurnSoon();
    }

    void read(ReadCallback callback) {
        ReadResult.Ready answered = world.tampering().answersRead(this);
        if (answered != null) {
            callback.completed(answered);
            return;
        }
        driver().read(callback);
        endTurnSoon();
    }

    private void endTurnSoon() {
        if (!turnEnds) {
            turnEnds = true;
            process.post(0, () -> {
                turnEnds = false;
                wasQuiet = hasFollowersAndIsQuiet();
                driver().endTurn(process.now());
                wasQuiet = false;
            });
        }
    }

    private boolean hasFollowersAndIsQuiet() {
        boolean possible = world.swarm().raft().quietAfterNanos() > 0 && !followers.isEmpty();
        return possible && driver().status().quiet();
    }

    /** Puts {@code work} at the end of what the Raft loop has to do for this replica. */
    void onLoop(Runnable work) {
        loop.add(work);
        process.post(0, () -> loop.remove().run());
    }

    /** Puts {@code work} at the end of what the apply thread has to do for this replica. */
    void onApply(Runnable work) {
        applies.add(work);
        process.post(process.node().dice().nextNanos(world.swarm().disk().applyMeanNanos()), () -> {
            if (!process.isDead()) {
                applies.remove().run();
            }
        });
    }

    void flush() {
        SimulatedMachine.Tally begun = machine.tally();
        process.post(process.node().dice().nextNanos(world.forceMeanNanos() * 4), () -> {
            machine.flushed(begun);
            if (!world.tampering().flushesNothing()) {
                process.node().keep(id(), machine.durableTally());
            }
            driver().flushed(machine.durable().position(), world.swarm().disk().retainedLog());
        });
    }

    // ---- what the driver asks for

    @Override
    public void write(LogWrite write) {
        oracle.submitted(write);
        world.watcher().wrote(place.node(), write);
        if (process.isDead()) {
            return;
        }
        LogWrite real = world.tampering().written(this, write);
        if (world.tampering().reportsTooEarly(this, write)) {
            process.post(0, () -> driver().written(write, process.now()));
        }
        process.log().submit(real, this::written);
    }

    private void written(LogWrite write) {
        driver().written(write, process.now());
        snapshots.written(write);
    }

    @Override
    public void send(Message message) {
        Message real = world.tampering().sent(this, message);
        World.Place to = world.place(message.to());
        if (real == null || to == null || process.isDead()) {
            return;
        }
        oracle.sending(real);
        if (real instanceof TimeoutNow && driver().leadership(leadership).leased()) {
            throw new InvariantViolation(Invariant.LEASE_GIVEN_UP, id() + " has a lease and sends " + real);
        }
        process.send(to.node(), new Envelope(group(), real));
    }

    @Override
    public void apply(List<Entry> entries, List<ProposalWaiter<Long>> waiters) {
        onApply(() -> {
            applier.apply(entries, waiters);
            reportApplied();
        });
    }

    /** Notes that {@link #quarantine} is about to be called. */
    void doom() {
        doomed = true;
    }

    boolean isQuarantined() {
        return doomed || machine.quarantinedAt() != null;
    }

    /** The state turns out not to be what it should be. */
    void quarantine() {
        onApply(() -> {
            doomed = false;
            if (machine.quarantinedAt() == null) {
                machine.quarantine();
                applier.stop();
                tellQuarantine();
            }
        });
    }

    /** A snapshot has become the state. */
    void installed(AppliedState state) {
        applier.installed(state);
        world.watcher().installed(place.node(), state.position());
        onLoop(() -> mayBeginToLead = true);
        tellQuarantine();
        reportApplied();
    }

    private void tellQuarantine() {
        LogPosition at = machine.quarantinedAt();
        if (at != null) {
            onLoop(() -> {
                mayBeginToLead = false;
                driver().quarantined(at.index(), process.now());
            });
        }
    }

    private void reportApplied() {
        onLoop(() -> driver().applied(applier.appliedEntry()));
    }

    @Override
    public void leadershipChanged(LeadershipEvent event) {
        onApply(() -> applier.leadershipChanged(event));
    }

    @Override
    public void readable(ReadResult.Ready readable, List<ReadCallback> callbacks) {
        if (wasQuiet) {
            throw new InvariantViolation(Invariant.LEASE_GIVEN_UP, id() + " is quiet and answers a read at once");
        }
        onApply(() -> applier.readable(readable, callbacks));
    }

    @Override
    public void sendSnapshot(SnapshotNeeded needed) {
        onApply(() -> snapshots.needed(needed));
    }

    @Override
    public void failed(Throwable cause) {
        throw new InvariantViolation(Invariant.NO_FAILURE, id() + " has stopped: " + cause, cause);
    }

    private void witness(Entry entry, long hash) {
        oracle.applied(entry.index(), hash);
        world.watcher().applied(place.node(), entry);
        if (entry.type() == EntryType.COMMAND) {
            world.group(group()).commandCommitted(entry.payload().asByteBuffer().getLong(), entry);
        }
    }
}
