package io.ostraka.it.system;

import io.ostraka.raft.core.RaftConfig;
import io.ostraka.raft.core.ReadMode;
import io.ostraka.raft.runtime.host.HostOptions;
import io.ostraka.raft.runtime.storage.LogOptions;
import io.ostraka.raft.testkit.sim.Dice;
import io.ostraka.raft.testkit.sim.Fault;
import io.ostraka.shardkv.server.NodeOptions;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What one run is like, drawn from its seed: each kind of fault is on with probability one half, its rate log-uniform.
 * Small clusters are more likely than large ones: they find most of what large ones find, and run several times as
 * fast.
 *
 * @param controllers how many controllers there are
 * @param together whether controllers and nodes share processes
 * @param groups how many replicas each group has
 * @param shards how many shards
 * @param clients how many clients
 * @param keys how many keys they use
 * @param thinkNanos how long a client waits between two calls, on average
 * @param host timings and limits of all replicas
 * @param log the log's segments
 * @param node limits of the nodes
 * @param wires how the network behaves
 * @param forceMeanNanos how long a force takes
 * @param stallRate how often a thread does not get the processor at once
 * @param stallNanosMax and for how long
 * @param restartNanosMax how long a process is down at most
 * @param clockDrift by which part clocks run fast or slow at most
 * @param faults the mean time between faults of each kind that is on, in nanoseconds
 * @param changeNanos the mean time between changes of the configuration, 0 for none
 * @param repeatRate how often a write that has ended is sent again; steps of hand-overs are proposed again more often
 */
record SystemSwarm(
        int controllers,
        boolean together,
        List<Integer> groups,
        int shards,
        int clients,
        int keys,
        long thinkNanos,
        HostOptions host,
        LogOptions log,
        NodeOptions node,
        Wires.Manner wires,
        long forceMeanNanos,
        double stallRate,
        long stallNanosMax,
        long restartNanosMax,
        double clockDrift,
        Map<Fault, Long> faults,
        long changeNanos,
        double repeatRate) {

    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final Load BUSY = new Load(2, 60 * MILLI);
    private static final double RESTART_MAX = 60.0 * SECOND;
    private static final double DELAY_MEAN_MAX = 100.0 * MILLI;
    private static final List<Fault> SCHEDULED = List.of(
            Fault.PARTITION,
            Fault.ONE_WAY_CUT,
            Fault.BRIDGE,
            Fault.LEADER_ISOLATED,
            Fault.GROUP_CUT_OFF,
            Fault.CONNECTION_RESET,
            Fault.PROCESS_CRASH,
            Fault.MACHINE_CRASH,
            Fault.CRASH_AT_EFFECT,
            Fault.PAUSE,
            Fault.SLOW_DISK,
            Fault.FORCE_FAILED,
            Fault.DISK_FULL,
            Fault.TRANSFER,
            Fault.DISK_WIPED,
            Fault.BIT_FLIP);

    /** How many clients there are, and how long each waits between two calls. */
    private record Load(int clients, long thinkNanos) {}

    static SystemSwarm draw(long seed, Density density) {
        Dice dice = Dice.of(seed, "swarm");
        RaftConfig raft = raft(dice, density);
        long election = raft.electionTimeoutMaxNanos();
        return new SystemSwarm(
                dice.oneOf(1, 1, 3, 3, 3, 5),
                dice.chance(0.3),
                groups(dice),
                dice.oneOf(1, 2, 4, 10, 64),
                dice.between(1, 12),
                dice.between(1, 12),
                density.calls() * (long) dice.logUniform(30.0 * MILLI, 1_000.0 * MILLI),
                host(dice, raft),
                new LogOptions(dice.oneOf(16 << 10, 64 << 10, 256 << 10), 8 << 10, 2, 1),
                NodeOptions.defaults()
                        .withDigests(
                                dice.chance(0.5) ? 1 << 20 : 0, (long) density.faults() * dice.between(500, 10_000)),
                wires(dice, election),
                (long) dice.logUniform(0.02 * MILLI, 5.0 * MILLI),
                dice.chance(0.5) ? 0 : dice.logUniform(1e-5, 1e-2),
                (long) dice.logUniform(1.0 * MILLI, (double) election),
                (long) dice.logUniform(20.0 * MILLI, Math.min(10.0 * election, RESTART_MAX)),
                drift(dice, raft),
                faults(seed, density),
                dice.chance(0.15) ? 0 : density.faults() * (long) dice.logUniform(0.1 * SECOND, 10.0 * SECOND),
                dice.chance(0.3) ? 0 : dice.logUniform(1e-3, 0.3));
    }

    /** A small cluster, two busy clients and many moves, and nothing that goes wrong by itself. */
    static SystemSwarm undisturbed() {
        return undisturbed(1, false, List.of(3, 1), 2, BUSY, SECOND);
    }

    /** Three machines that are all of a cluster, controllers and one group, and nothing that goes wrong by itself. */
    static SystemSwarm ofThreeMachines() {
        return undisturbed(3, true, List.of(3), 2, BUSY, SECOND);
    }

    /** What a simulation's speed is told of: three groups under eight clients, and nothing that goes wrong. */
    static SystemSwarm ofThreeGroups(long thinkNanos) {
        return undisturbed(3, false, List.of(3, 3, 3), 12, new Load(8, thinkNanos), 10 * SECOND);
    }

    private static SystemSwarm undisturbed(
            int controllers, boolean together, List<Integer> groups, int shards, Load load, long changeNanos) {
        RaftConfig raft = RaftConfig.defaults().withTimings(50, 300, 600);
        return new SystemSwarm(
                controllers,
                together,
                groups,
                shards,
                load.clients(),
                2 * load.clients(),
                load.thinkNanos(),
                new HostOptions(
                        raft,
                        raft.heartbeatIntervalNanos() / 2,
                        HostOptions.defaults(raft, 0).queuedBytesMax(),
                        4 << 10,
                        2 << 10,
                        1 << 20,
                        HostOptions.defaults(raft, 0).slowWriteNanos(),
                        HostOptions.defaults(raft, 0).diskRecoveryNanos(),
                        0),
                new LogOptions(16 << 10, 8 << 10, 2, 1),
                NodeOptions.defaults(),
                new Wires.Manner(MILLI / 20, MILLI / 10, 0, SECOND),
                MILLI / 5,
                0,
                MILLI,
                300 * MILLI,
                0,
                Map.of(),
                changeNanos,
                0);
    }

    /** The same, or as much of it as the plan has. */
    SystemSwarm within(RunPlan plan) {
        Map<Fault, Long> left = new EnumMap<>(Fault.class);
        faults.forEach((fault, mean) -> {
            if (plan.has(fault)) {
                left.put(fault, mean);
            }
        });
        return new SystemSwarm(
                controllers,
                together,
                groups.subList(0, Math.min(groups.size(), plan.groupsMax())),
                shards,
                Math.min(clients, plan.clientsMax()),
                keys,
                thinkNanos,
                host,
                log,
                node,
                wires,
                forceMeanNanos,
                stallRate,
                stallNanosMax,
                restartNanosMax,
                clockDrift,
                left,
                changeNanos,
                repeatRate);
    }

    private static List<Integer> groups(Dice dice) {
        List<Integer> sizes = new ArrayList<>();
        for (int i = dice.oneOf(1, 1, 2, 2, 2, 3, 3, 4); i > 0; i--) {
            sizes.add(dice.oneOf(1, 1, 3, 3, 3, 3, 3, 5));
        }
        return List.copyOf(sizes);
    }

    private static RaftConfig raft(Dice dice, Density density) {
        long heartbeat = (long) density.heartbeats() * dice.oneOf(50, 100, 150, 200);
        long election = heartbeat * dice.between(5, 12);
        RaftConfig raft = RaftConfig.defaults()
                .withTimings(heartbeat, election, 2 * election)
                .withReadMode(dice.chance(0.5) ? ReadMode.LEASE : ReadMode.READ_INDEX)
                .withQuietAfterNanos(dice.chance(0.5) ? 10 * heartbeat * MILLI : 0);
        return dice.chance(0.5) ? raft : raft.withReplication(1 << dice.between(9, 16), dice.between(1, 64), 1 << 18);
    }

    private static HostOptions host(Dice dice, RaftConfig raft) {
        HostOptions defaults = HostOptions.defaults(raft, 0);
        return new HostOptions(
                raft,
                raft.heartbeatIntervalNanos() / 2,
                defaults.queuedBytesMax(),
                (long) dice.logUniform(4096.0, 1048576.0),
                (long) dice.logUniform(1024.0, 1048576.0),
                1 << 20,
                defaults.slowWriteNanos(),
                defaults.diskRecoveryNanos(),
                0);
    }

    private static Wires.Manner wires(Dice dice, long election) {
        return new Wires.Manner(
                (long) dice.logUniform(0.01 * MILLI, 5.0 * MILLI),
                (long) dice.logUniform(0.02 * MILLI, Math.min(election / 40.0, DELAY_MEAN_MAX)),
                dice.chance(0.5) ? 0 : dice.logUniform(1e-4, 1e-2),
                (long) dice.logUniform(0.2 * SECOND, 10.0 * SECOND));
    }

    private static double drift(Dice dice, RaftConfig raft) {
        if (dice.chance(0.4)) {
            return 0;
        }
        // Two clocks that differ by this much each way still keep a lease within what it takes off for drift.
        double bound = raft.leaseDriftPercent() / 100.0;
        return raft.readMode() == ReadMode.LEASE ? bound / (2 - bound) * 0.99 : dice.logUniform(0.005, 0.25);
    }

    /** Each kind has dice of its own: another kind changes nothing in what a seed draws of the others. */
    private static Map<Fault, Long> faults(long seed, Density density) {
        Map<Fault, Long> faults = new EnumMap<>(Fault.class);
        for (Fault fault : SCHEDULED) {
            Dice dice = Dice.of(seed, "swarm " + fault);
            boolean on = dice.chance(0.5);
            double mean = dice.logUniform(2.0 * SECOND, 60.0 * SECOND);
            if (on) {
                faults.put(fault, density.faults() * (long) mean);
            }
        }
        return faults;
    }
}
