package io.ostraka.it.system;

import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.testkit.sim.Dice;
import io.ostraka.raft.testkit.sim.EventQueue;
import io.ostraka.raft.testkit.sim.FaultCounts;
import io.ostraka.raft.testkit.sim.Trace;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Everything that a run consists of: time, chance, machines, network, and the oracles that see all of it. */
final class SystemWorld {

    /** What a disk holds. */
    static final long DISK_BYTES = 64L << 30;

    private static final long CALM_NANOS_MAX = 60_000_000;

    private final long seed;
    private final SystemSwarm swarm;
    private final EventQueue queue;
    private final Trace trace;
    private final FaultCounts counts = new FaultCounts();
    private final Wires wires;
    private final List<Machine> machines = new ArrayList<>();
    private final List<List<Machine>> groupMachines = new ArrayList<>();
    private final Losses losses;
    private final ShardsOracle shards = new ShardsOracle();
    private final WritesOracle writes = new WritesOracle();
    private final GroupsOracle groups = new GroupsOracle(shards, writes);
    private final Moment installation = new Moment();
    private final Moment stateWriting = new Moment();
    private long forceMeanNanos;

    SystemWorld(long seed, SystemSwarm swarm, @Nullable Consumer<String> lines) {
        this.seed = seed;
        this.swarm = swarm;
        this.queue = new EventQueue(Dice.of(seed, "queue").random());
        this.trace = new Trace(queue, lines);
        this.forceMeanNanos = swarm.forceMeanNanos();
        int nodes = swarm.groups().stream().mapToInt(Integer::intValue).sum();
        int machinesWanted = swarm.together() ? Math.max(nodes, swarm.controllers()) : nodes + swarm.controllers();
        this.wires = new Wires(queue, trace, dice("wires"), swarm.wires(), machinesWanted + swarm.clients() + 1);
        for (int i = 0; i < machinesWanted; i++) {
            boolean controller = i < swarm.controllers();
            boolean node = swarm.together() ? i < nodes : !controller;
            machines.add(new Machine(this, i, new Machine.Roles(controller, node)));
        }
        List<Machine> free = nodes();
        for (int size : swarm.groups()) {
            groupMachines.add(free.subList(0, size));
            free = free.subList(size, free.size());
        }
        List<List<Machine>> councils = new ArrayList<>(groupMachines);
        councils.add(controllers());
        this.losses = new Losses(councils);
    }

    SystemSwarm swarm() {
        return swarm;
    }

    EventQueue queue() {
        return queue;
    }

    Trace trace() {
        return trace;
    }

    FaultCounts counts() {
        return counts;
    }

    Wires wires() {
        return wires;
    }

    List<Machine> machines() {
        return machines;
    }

    List<Machine> controllers() {
        return machines.stream().filter(each -> each.roles().controller()).toList();
    }

    List<Machine> nodes() {
        return machines.stream().filter(each -> each.roles().node()).toList();
    }

    /** Returns on which machines the groups live, the first group's first. */
    List<List<Machine>> groupMachines() {
        return groupMachines;
    }

    Losses losses() {
        return losses;
    }

    List<String> controllerAddresses() {
        return controllers().stream().map(Machine::address).toList();
    }

    /** The place of a client in the network; the operator is the last one. */
    int placeOfClient(int client) {
        return machines.size() + client;
    }

    GroupsOracle groups() {
        return groups;
    }

    ShardsOracle shards() {
        return shards;
    }

    WritesOracle writes() {
        return writes;
    }

    Dice dice(String name) {
        return Dice.of(seed, name);
    }

    long forceMeanNanos() {
        return forceMeanNanos;
    }

    /** From now on network and disks are so good that elections end. */
    void calm() {
        long slowest = Math.min(CALM_NANOS_MAX, swarm.host().raft().electionTimeoutMinNanos() / 40);
        wires.calm(slowest);
        forceMeanNanos = Math.min(forceMeanNanos, slowest);
    }

    /** A replica of a machine has installed a snapshot. */
    Moment installation() {
        return installation;
    }

    /** A machine's controller is about to write its state. */
    Moment stateWriting() {
        return stateWriting;
    }

    /** After each event of a machine. */
    void look(Machine machine) {
        Server server = machine.server();
        if (server != null) {
            server.host().look();
        }
    }

    /** A process ends: a sick disk may do that, and nothing else. */
    void ended(Life life, Machine machine, String what, Throwable cause) {
        if (DiskException.isBehind(cause) && !(cause instanceof SystemViolation)) {
            trace.say(() -> "m" + machine.index() + " ends: " + cause.getMessage());
            life.doom(Life.End.PROCESS);
        }
        failed(life, machine, what, cause);
    }

    /** Something failed that never may, while the process lives. */
    void failed(Life life, Machine machine, String what, Throwable cause) {
        if (!life.isOver()) {
            throw new SystemViolation("m" + machine.index() + ": " + what + ": " + cause, cause);
        }
    }
}
