package io.ostraka.it.system;

import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.testkit.disk.DiskCall;
import io.ostraka.raft.testkit.disk.SimulatedDisk;
import io.ostraka.raft.testkit.sim.Dice;
import io.ostraka.raft.testkit.sim.Fault;
import io.ostraka.shardkv.store.MemoryKvStore;
import org.jspecify.annotations.Nullable;

/** A machine: its disk, its store, the speed of its clock, and the server that runs on it, if one does. */
final class Machine {

    /** When the process dies by itself. */
    private record Fuse(Life.End how) {}

    private final SystemWorld world;
    private final int index;
    private final Roles roles;
    private final SimulatedDisk disk = new SimulatedDisk();
    private final Dice dice;
    private final double clockSpeed;
    private MemoryKvStore store = new MemoryKvStore();
    private @Nullable Server server;
    private @Nullable Life life;
    private @Nullable Fuse fuse;
    private int fuseSteps;
    private boolean failNextForce;
    private long slowUntilNanos;
    private int starts;

    /** What a server does. */
    record Roles(boolean controller, boolean node) {}

    Machine(SystemWorld world, int index, Roles roles) {
        this.world = world;
        this.index = index;
        this.roles = roles;
        this.dice = world.dice("machine " + index);
        double drift = world.swarm().clockDrift();
        this.clockSpeed = 1 + drift * (2 * dice.random().nextDouble() - 1);
        if (drift > 0) {
            world.counts().injected(Fault.CLOCK_DRIFT);
        }
    }

    int index() {
        return index;
    }

    Roles roles() {
        return roles;
    }

    String address() {
        return "m" + index + ":7000";
    }

    SimulatedDisk disk() {
        return disk;
    }

    MemoryKvStore store() {
        return store;
    }

    Dice dice() {
        return dice;
    }

    double clockSpeed() {
        return clockSpeed;
    }

    @Nullable
    Server server() {
        return server;
    }

    @Nullable
    Life life() {
        return life;
    }

    boolean isUp() {
        return server != null;
    }

    /** Starts the server, unless it runs. A start that fails is tried again later. */
    void boot() {
        if (life != null) {
            return;
        }
        starts++;
        world.trace().note("boot", index, starts);
        world.trace().say(() -> "m" + index + " starts");
        Life fresh = new Life(world.queue(), this::crashAndRestart, () -> world.look(this));
        life = fresh;
        disk.listen(this::beforeDiskCall);
        fresh.run(() -> {
            try {
                server = Server.start(world, this, fresh);
            } catch (DiskException e) {
                world.trace().say(() -> "m" + index + " cannot start: " + e.getMessage());
                fresh.doom(Life.End.PROCESS);
            }
        });
    }

    /** Ends the process, or the whole machine. */
    void crash(Life.End how) {
        Life running = life;
        if (running == null) {
            return;
        }
        running.end();
        life = null;
        server = null;
        fuse = null;
        failNextForce = false;
        world.trace().note("crash", index, how == Life.End.MACHINE ? 1 : 0);
        world.trace().say(() -> "m" + index + " crashes: " + how);
        world.wires().stopListening(address());
        world.wires().ended(running, how == Life.End.MACHINE);
        switch (how) {
            case PROCESS -> disk.killProcess();
            case MACHINE -> disk.losePower(dice.random());
        }
        store = store.crash(dice.random().nextInt(store.unflushedBatches() + 1));
    }

    /** Crashes, and starts again after a while. */
    void crashAndRestart(Life.End how) {
        crash(how);
        world.queue().after((long) dice.logUniform(1e6, (double) world.swarm().restartNanosMax()), this::boot);
    }

    /** Lights a fuse: the process dies at the effect that is {@code steps} away. */
    void crashAtEffect(int steps, Life.End how) {
        fuse = new Fuse(how);
        fuseSteps = steps;
    }

    /**
     * Something is about to take effect, a call of the disk or a change of the store, unless the process dies first.
     */
    void beforeEffect() {
        burn();
        Life running = life;
        if (running != null && running.isOver()) {
            throw new DiskCall.PowerLoss();
        }
    }

    /** Something took effect: the process may die of that, and then nothing else that it does has any. */
    void afterEffect() {
        burn();
    }

    private void burn() {
        Life running = life;
        Fuse lit = fuse;
        if (lit != null && fuseSteps-- <= 0 && running != null) {
            fuse = null;
            world.counts().injected(Fault.CRASH_AT_EFFECT);
            running.doom(lit.how());
        }
    }

    private void beforeDiskCall(DiskCall call) throws DiskException {
        if (failNextForce && call.kind() == DiskCall.Kind.FORCE) {
            failNextForce = false;
            world.counts().injected(Fault.FORCE_FAILED);
            throw new DiskException(DiskException.Reason.DEVICE, "cannot force " + call.name(), null);
        }
        beforeEffect();
    }

    void failNextForce() {
        failNextForce = true;
    }

    void fillDisk() {
        disk.limitCapacity(0);
    }

    void emptyDisk() {
        disk.limitCapacity(SystemWorld.DISK_BYTES);
    }

    void slowUntil(long nanos) {
        slowUntilNanos = nanos;
    }

    long forceNanos() {
        long mean = world.forceMeanNanos();
        return dice.nextNanos(world.queue().nowNanos() < slowUntilNanos ? 100 * mean : mean);
    }

    /** From now on nothing happens to this machine by itself. */
    void settle() {
        fuse = null;
        failNextForce = false;
        slowUntilNanos = 0;
        Life running = life;
        if (running != null) {
            running.goOn();
        }
        emptyDisk();
    }
}
