package io.ostraka.raft.testkit.sim;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.RaftConfig;
import io.ostraka.raft.core.RaftStatus;
import io.ostraka.raft.runtime.host.ProposalCallback;
import io.ostraka.raft.runtime.host.ProposalResult;
import io.ostraka.raft.runtime.host.ReadCallback;
import io.ostraka.raft.runtime.host.ReadResult;
import io.ostraka.raft.runtime.host.Refusal;
import io.ostraka.raft.runtime.host.RetainedLog;
import io.ostraka.raft.runtime.storage.LogOptions;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A few nodes with a replica of one group each, on virtual time, to which only happens what a scenario asks for. They
 * run what the simulations run: production's driver, applier, log and node heartbeats on simulated disks and a
 * simulated network, with all invariants checked after every event. Nodes are numbered from 0. For one thread.
 */
public final class VirtualCluster {

    private static final long NEVER_NANOS = TimeUnit.DAYS.toNanos(10_000);
    private static final LogOptions LOG = new LogOptions(64 << 10, 4096, 4, 1);
    private static final long DELAY_MIN_NANOS = 50_000;
    private static final long DELAY_MEAN_NANOS = 200_000;
    private static final long FORCE_MEAN_NANOS = 200_000;
    private static final long APPLY_MEAN_NANOS = 50_000;

    /**
     * What a cluster is like.
     *
     * @param nodes how many nodes there are
     * @param raft timings and limits of all replicas
     * @param retained how much flushed log is kept
     */
    public record Shape(int nodes, RaftConfig raft, RetainedLog retained) {

        private Swarm swarm() {
            return new Swarm(
                    nodes,
                    List.of(nodes),
                    raft,
                    raft.heartbeatIntervalNanos() / 3,
                    new Swarm.Network(DELAY_MIN_NANOS, DELAY_MEAN_NANOS, true, 0, 0, 0, 0, raft.quietAfterNanos() > 0),
                    new Swarm.Storage(LOG, FORCE_MEAN_NANOS, APPLY_MEAN_NANOS, NEVER_NANOS, retained, 1),
                    new Swarm.Load(NEVER_NANOS, 0, 1, 1, 0, 0),
                    Map.of(),
                    0);
        }
    }

    private final World world;
    private final Dice weatherDice;
    private final GroupId group;
    private final boolean[] connected;

    private VirtualCluster(World world) {
        this.world = world;
        this.weatherDice = world.dice("weather");
        this.group = world.groups().firstKey();
        this.connected = new boolean[world.nodes().size()];
        Arrays.fill(connected, true);
    }

    /**
     * Starts a cluster whose state machines only fold their history into a hash.
     *
     * @param seed what all chance is drawn from
     * @param watcher sees what happens
     * @param lines takes a line for everything that happens, or is null
     */
    public static VirtualCluster start(long seed, Shape shape, Watcher watcher, @Nullable Consumer<String> lines) {
        return begin(seed, shape, TallyMachine::open, watcher, lines);
    }

    /**
     * Starts a cluster with state machines of production.
     *
     * @param seed what all chance is drawn from
     * @param hosting opens the state machines
     * @param watcher sees what happens
     * @param lines takes a line for everything that happens, or is null
     */
    public static VirtualCluster start(
            long seed, Shape shape, Hosting<?, ?> hosting, Watcher watcher, @Nullable Consumer<String> lines) {
        return begin(seed, shape, hosting, watcher, lines);
    }

    private static VirtualCluster begin(
            long seed, Shape shape, Machines machines, Watcher watcher, @Nullable Consumer<String> lines) {
        VirtualCluster cluster =
                new VirtualCluster(new World(seed, shape.swarm(), Tampering.NONE, machines, watcher, lines));
        cluster.world.nodes().forEach(SimulatedNode::found);
        return cluster;
    }

    // ---- time

    /** Returns the virtual time. */
    public long nowNanos() {
        return world.queue().nowNanos();
    }

    /** Lets time pass. */
    public void sleepMillis(long millis) {
        world.queue().runUntil(nowNanos() + TimeUnit.MILLISECONDS.toNanos(millis));
    }

    /** Lets events happen until {@code done}, which time must bring about. */
    public void runUntil(BooleanSupplier done) {
        while (!done.getAsBoolean()) {
            if (!world.queue().runNext()) {
                throw new IllegalStateException("nothing happens any more");
            }
        }
    }

    /** Has {@code action} happen after a while. */
    public void afterMillis(long millis, Runnable action) {
        world.queue().after(TimeUnit.MILLISECONDS.toNanos(millis), action);
    }

    /** Returns chance of the scenario's own. */
    public Dice dice(String name) {
        return world.dice(name);
    }

    // ---- the network

    /** From now on messages travel like this. */
    public void weather(Weather weather) {
        world.network().detour(message -> weather.furtherNanos(message, weatherDice));
    }

    /** Cuts a node off from all others; what is on its way is lost. */
    public void disconnect(int node) {
        connect(node, false);
    }

    /** Joins a node with all others that are not cut off themselves. */
    public void connect(int node) {
        connect(node, true);
    }

    private void connect(int node, boolean joined) {
        connected[node] = joined;
        world.network().heal();
        for (int from = 0; from < connected.length; from++) {
            for (int to = 0; to < connected.length; to++) {
                if (from != to && !(connected[from] && connected[to])) {
                    world.network().cut(from, to);
                }
            }
        }
    }

    /** Whether a node is not cut off. */
    public boolean isConnected(int node) {
        return connected[node];
    }

    // ---- nodes

    /** Returns how many nodes there are. */
    public int size() {
        return connected.length;
    }

    /** A machine loses power: of what was not forced to its disk, a random part is gone. */
    public void losePower(int node) {
        world.nodes().get(node).crash(SimulatedNode.Crash.MACHINE);
    }

    /** Starts a machine, unless it runs. */
    public void boot(int node) {
        world.nodes().get(node).boot();
    }

    /** Whether a machine runs. */
    public boolean isRunning(int node) {
        return replica(node) != null;
    }

    /** Returns what a node's replica says of itself; nothing while its machine is down. */
    public Optional<RaftStatus> status(int node) {
        return Optional.ofNullable(replica(node))
                .map(replica -> replica.driver().status());
    }

    /** Begins to make durable what a node's state machine has applied, after which its log may be cut. */
    public void flush(int node) {
        SimulatedReplica replica = replica(node);
        if (replica != null) {
            replica.process().flush(replica.id());
        }
    }

    private @Nullable SimulatedReplica replica(int node) {
        return world.running(world.placesOn(node).getFirst());
    }

    // ---- requests

    /** Returns the content of a command that was proposed here, from the payload of its entry. */
    public static Bytes content(Bytes payload) {
        return payload.slice(SimulatedMachine.NUMBER_BYTES, payload.size());
    }

    /** Returns the number of a command that was proposed here, from the payload of its entry. */
    public static long number(Bytes payload) {
        return payload.asByteBuffer().getLong();
    }

    /** Proposes a command at a node, and returns its number, which is told nowhere else. */
    public long propose(int node, Bytes content, ProposalCallback<Long> callback) {
        long number = world.nextNumber();
        SimulatedReplica replica = replica(node);
        if (replica == null) {
            callback.completed(new ProposalResult.Refused<>(new Refusal.Stopped()));
            return number;
        }
        byte[] payload = new byte[SimulatedMachine.NUMBER_BYTES + content.size()];
        ByteBuffer.wrap(payload).putLong(number);
        content.copyTo(payload, SimulatedMachine.NUMBER_BYTES);
        replica.process()
                .run(() -> replica.propose(Bytes.wrap(payload), result -> {
                    if (!replica.process().isDead()) {
                        world.group(group).answered(number, result);
                        callback.completed(result);
                    }
                }));
        return number;
    }

    /** Asks a node to prove that its state is not older than this moment. */
    public void read(int node, ReadCallback callback) {
        SimulatedReplica replica = replica(node);
        if (replica == null) {
            callback.completed(new ReadResult.Refused(new Refusal.Stopped()));
            return;
        }
        long committed = world.group(group).committed();
        long askedNanos = nowNanos();
        replica.process()
                .run(() -> replica.read(result -> {
                    if (!replica.process().isDead()) {
                        if (result instanceof ReadResult.Ready ready) {
                            Clients.checkRead(replica, ready, committed, askedNanos);
                        }
                        callback.completed(result);
                    }
                }));
    }
}
