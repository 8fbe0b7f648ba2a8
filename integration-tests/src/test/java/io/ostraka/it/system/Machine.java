package io.ostraka.it.system;

import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.NodeId;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.host.DamagedReplicaException;
import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.runtime.storage.NodeDirectoryException;
import io.ostraka.raft.testkit.disk.DiskCall;
import io.ostraka.raft.testkit.disk.SimulatedDisk;
import io.ostraka.raft.testkit.sim.Dice;
import io.ostraka.raft.testkit.sim.Fault;
import io.ostraka.shardkv.store.MemoryKvStore;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A machine: its disk, its store, the speed of its clock, and the server that runs on it, if one does. */
final class Machine {

    /** When the process dies by itself. */
    private record Fuse(Life.End how) {}

    private final SystemWorld world;
    private final int index;
    private final Roles roles;
    private SimulatedDisk disk = new SimulatedDisk();
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
    private int effects;
    private @Nullable NodeId nodeId;
    private boolean mayBeDamaged;
    private int refusals;
    private int damageFound;

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

    @Override
    public String toString() {
        return "m" + index;
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

    /** Whether a replica of a group runs here. */
    boolean hosts(GroupId group) {
        Server running = server;
        return running != null
                && running.host().replicas().stream()
                        .anyMatch(each -> each.descriptor().group().equals(group));
    }

    boolean leads(GroupId group) {
        Server running = server;
        return running != null
                && running.host().replicas().stream()
                        .anyMatch(each -> each.descriptor().group().equals(group)
                                && each.group().leadership().leads());
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
                nodeId = server.nodeId();
            } catch (DiskException e) {
                world.trace().say(() -> "m" + index + " cannot start: " + e.getMessage());
                fresh.doom(Life.End.PROCESS);
            } catch (NodeDirectoryException | DamagedReplicaException e) {
                refused(fresh, e);
            }
        });
    }

    /** A server that does not start from a damaged directory gets an empty one, as the operator is told. */
    private void refused(Life life, Exception why) {
        if (!mayBeDamaged) {
            throw new SystemViolation("m" + index + " does not start: " + why.getMessage(), why);
        }
        refusals++;
        world.trace().say(() -> "m" + index + " does not start: " + why.getMessage());
        life.doom(Life.End.PROCESS);
        world.queue().after(1, () -> {
            loseDisk();
            boot();
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
        restartLater();
    }

    /** Starts after a while. */
    void restartLater() {
        world.queue().after((long) dice.logUniform(1e6, (double) world.swarm().restartNanosMax()), this::boot);
    }

    /** Loses power and everything on the disk; what starts later knows nothing of what this machine was. */
    void loseDisk() {
        crash(Life.End.MACHINE);
        world.losses().suffered(this);
        NodeId was = nodeId;
        if (was != null) {
            world.losses().gone(was);
        }
        world.trace().say(() -> "m" + index + " has lost its disk");
        disk = new SimulatedDisk();
        emptyDisk();
        store = new MemoryKvStore();
        mayBeDamaged = false;
    }

    /** Loses power, and a bit of one of the {@link #tellingFiles} flips. */
    void rot() {
        crash(Life.End.MACHINE);
        List<String> files = tellingFiles();
        if (files.isEmpty()) {
            return;
        }
        String name = files.get(dice.random().nextInt(files.size()));
        int offset = dice.random().nextInt(disk.contents(name).length);
        flip(name, offset, 1 << dice.random().nextInt(Byte.SIZE));
    }

    /**
     * The files in which a flip does no harm that cannot be told: all but the newest segment of the log, whose last
     * batch, if it is damaged, looks like one that was never forced (docs/data-on-disk.md).
     */
    List<String> tellingFiles() {
        List<String> files = new ArrayList<>(disk.files());
        files.removeIf(name -> disk.contents(name).length == 0);
        files.stream()
                .filter(name -> name.endsWith(".segment"))
                .max(String::compareTo)
                .ifPresent(files::remove);
        return files;
    }

    /** Bits of a byte flip, while no process runs. */
    void flip(String name, int offset, int mask) {
        if (offset >= disk.contents(name).length) {
            throw new IllegalArgumentException(name + " has no byte " + offset);
        }
        world.losses().suffered(this);
        world.counts().injected(Fault.BIT_FLIP);
        mayBeDamaged = true;
        world.trace().say(() -> "m" + index + ": a bit of byte " + offset + " of " + name + " flips");
        disk.flip(name, offset, mask);
    }

    /** The log that a server finds is damaged, which is so only if damage was done. */
    void findsDamage(String damage) {
        if (!mayBeDamaged) {
            throw new SystemViolation("m" + index + " has lost what was forced: " + damage);
        }
        damageFound++;
    }

    /** How often a server did not start because of what it found. */
    int refusals() {
        return refusals;
    }

    /** How often a server found damage in its log, whether a replica needed what was there or not. */
    int damageFound() {
        return damageFound;
    }

    /** Returns the replicas that the disk has descriptors of. */
    List<ReplicaId> replicasOnDisk() {
        return disk.list("replicas").stream()
                .filter(name -> name.matches("[0-9a-f]{16}"))
                .map(name -> new ReplicaId(Long.parseUnsignedLong(name, 16)))
                .toList();
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

    /** How many moments there have been at which a fuse could have burnt down. */
    int effects() {
        return effects;
    }

    private void burn() {
        effects++;
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
