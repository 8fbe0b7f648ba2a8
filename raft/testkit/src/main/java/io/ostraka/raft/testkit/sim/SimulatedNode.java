package io.ostraka.raft.testkit.sim;

import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.NodeId;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.runtime.storage.LogWrite;
import io.ostraka.raft.runtime.storage.Recovery;
import io.ostraka.raft.runtime.storage.SharedLog;
import io.ostraka.raft.testkit.disk.DiskCall;
import io.ostraka.raft.testkit.disk.SimulatedDisk;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A machine: its disk, its stores, the speed of its clock, and the process that runs on it, if one does. */
final class SimulatedNode {

    /** How a node ends. */
    enum Crash {
        PROCESS,
        MACHINE
    }

    /** When the process dies by itself. */
    private record Fuse(boolean atDisk, boolean after, Crash crash) {}

    private final World world;
    private final int index;
    private final SimulatedDisk disk = new SimulatedDisk();
    private final Dice dice;
    private final double clockSpeed;
    private final SortedMap<ReplicaId, SimulatedMachine.Tally> stores = new TreeMap<>();
    private @Nullable NodeProcess process;
    private @Nullable Fuse fuse;
    private int fuseSteps;
    private @Nullable Runnable onceSent;
    private int sendingsLeft;
    private boolean failNextForce;
    private boolean mayRun = true;
    private long starts;
    private long pausedUntilNanos;
    private long slowUntilNanos;

    SimulatedNode(World world, int index) {
        this.world = world;
        this.index = index;
        this.dice = world.dice("node " + index);
        double drift = world.swarm().clockDrift();
        this.clockSpeed = 1 + drift * driftPart();
        if (drift > 0) {
            world.counts().injected(Fault.CLOCK_DRIFT);
        }
        for (World.Place place : world.placesOn(index)) {
            stores.put(
                    place.replica(),
                    SimulatedMachine.Tally.empty(world.group(place.group()).membership()));
        }
        world.network().attach(index, (from, session, messages) -> {
            NodeProcess running = process;
            if (running != null) {
                running.run(() -> running.received(from, session, messages));
            }
        });
    }

    /** Which part of the worst drift this clock has: in most runs one is slow and the rest are fast. */
    private double driftPart() {
        Dice shared = world.dice("clocks");
        int slow = shared.random().nextInt(world.swarm().nodes());
        if (shared.chance(0.7)) {
            return index == slow ? -1 : 1;
        }
        return dice.chance(0.6) ? dice.oneOf(-1.0, 1.0) : 2 * dice.random().nextDouble() - 1;
    }

    /** Creates the replicas of this node, and starts it. */
    void found() {
        try {
            SharedLog log = SharedLog.open(disk, world.swarm().disk().log()).log();
            List<LogWrite> births = world.placesOn(index).stream()
                    .map(place -> (LogWrite) new LogWrite.Restart(place.replica(), LogPosition.ZERO))
                    .toList();
            log.write(births);
            log.force();
            log.close();
        } catch (DiskException e) {
            throw new IllegalStateException(e);
        }
        boot();
    }

    int index() {
        return index;
    }

    NodeId id() {
        return new NodeId(index + 1);
    }

    @Nullable
    NodeProcess process() {
        return process;
    }

    /** Whether a replica on it believes to lead. */
    boolean leads() {
        NodeProcess running = process;
        return running != null && running.replicas().stream().anyMatch(SimulatedReplica::leads);
    }

    Dice dice() {
        return dice;
    }

    double clockSpeed() {
        return clockSpeed;
    }

    long pausedUntilNanos() {
        return pausedUntilNanos;
    }

    boolean isSlow() {
        return world.queue().nowNanos() < slowUntilNanos;
    }

    SimulatedDisk disk() {
        return disk;
    }

    SimulatedMachine.Tally store(ReplicaId replica) {
        SimulatedMachine.Tally store = stores.get(replica);
        if (store == null) {
            throw new IllegalArgumentException(replica + " is not on node " + index);
        }
        return store;
    }

    /** What the store of a replica holds durably from now on. */
    void keep(ReplicaId replica, SimulatedMachine.Tally durable) {
        stores.put(replica, durable);
        World.Place place = world.place(replica);
        if (place != null) {
            world.group(place.group())
                    .replica(replica)
                    .storeDurable(durable.at().position().index());
        }
    }

    /** Starts the process, unless one runs. A start that fails is tried again later. */
    void boot() {
        if (process != null || !mayRun) {
            return;
        }
        world.trace().note("boot", index, ++starts);
        disk.listen(this::beforeDiskCall);
        try {
            Recovery recovery = SharedLog.open(disk, world.swarm().disk().log());
            if (!recovery.damage().isEmpty()) {
                throw new InvariantViolation(Invariant.RECOVERED_AS_WRITTEN, String.join("; ", recovery.damage()));
            }
            NodeProcess fresh = new NodeProcess(world, this, starts, recovery);
            process = fresh;
            fresh.run(() -> fresh.begin(recovery));
        } catch (DiskCall.PowerLoss e) {
            crashAndRestart(Crash.MACHINE);
        } catch (DiskException e) {
            world.trace().say(() -> "n" + index + " cannot start: " + e.getMessage());
            crashAndRestart(Crash.PROCESS);
        }
    }

    /** Ends the process, or the whole machine. */
    void crash(Crash how) {
        NodeProcess running = process;
        if (running != null) {
            running.die();
        }
        process = null;
        fuse = null;
        onceSent = null;
        failNextForce = false;
        world.trace().note("crash", index, how == Crash.MACHINE ? 1 : 0);
        world.trace().say(() -> "n" + index + " crashes: " + how);
        switch (how) {
            case PROCESS -> disk.killProcess();
            case MACHINE -> disk.losePower(dice.random());
        }
        world.placesOn(index)
                .forEach(place ->
                        world.group(place.group()).replica(place.replica()).crashed());
    }

    /** Crashes, and starts again after a while, which may be no time at all. */
    void crashAndRestart(Crash how) {
        crash(how);
        double most = 3.0 * world.swarm().raft().electionTimeoutMaxNanos();
        world.queue().after((long) dice.logUniform(10_000, most), this::boot);
    }

    /** Lights a fuse: the node crashes at the disk call or sending that is {@code steps} away. */
    void crashAtEffect(boolean atDisk, boolean after, int steps, Crash how) {
        fuse = new Fuse(atDisk, after, how);
        fuseSteps = steps;
    }

    /** Counts a message that is about to be sent; returns whether the process is dead before it leaves. */
    boolean diesBeforeSending(NodeProcess sender) {
        Fuse lit = fuse;
        if (lit == null || lit.atDisk() || fuseSteps-- > 0) {
            return false;
        }
        fuse = null;
        world.counts().injected(Fault.CRASH_AT_EFFECT);
        sender.doom(lit.crash());
        return !lit.after();
    }

    /** Has {@code action} happen right after the node has sent so many messages more, unless it crashes before. */
    void afterSending(int messages, Runnable action) {
        sendingsLeft = messages;
        onceSent = action;
    }

    /** A message has left. */
    void sent() {
        Runnable action = onceSent;
        if (action != null && --sendingsLeft <= 0) {
            onceSent = null;
            action.run();
        }
    }

    private void beforeDiskCall(DiskCall call) throws DiskException {
        if (failNextForce && call.kind() == DiskCall.Kind.FORCE) {
            failNextForce = false;
            world.counts().injected(Fault.FORCE_FAILED);
            throw new DiskException(DiskException.Reason.DEVICE, "cannot force " + call.name(), null);
        }
        Fuse lit = fuse;
        if (lit != null && lit.atDisk() && fuseSteps-- <= 0) {
            fuse = null;
            world.counts().injected(Fault.CRASH_AT_EFFECT);
            NodeProcess running = process;
            if (running != null) {
                running.doom(lit.crash());
            }
            throw new DiskCall.PowerLoss();
        }
    }

    void failNextForce() {
        failNextForce = true;
    }

    void fillDisk() {
        disk.limitCapacity(0);
    }

    void emptyDisk() {
        disk.limitCapacity(Long.MAX_VALUE);
    }

    void pauseUntil(long nanos) {
        pausedUntilNanos = nanos;
    }

    void slowUntil(long nanos) {
        slowUntilNanos = nanos;
    }

    /** From now on nothing happens to this node by itself. */
    void settle() {
        fuse = null;
        onceSent = null;
        failNextForce = false;
        pausedUntilNanos = 0;
        slowUntilNanos = 0;
        emptyDisk();
    }

    /** Whether the node may be started at all. */
    void allow(boolean running) {
        mayRun = running;
    }
}
