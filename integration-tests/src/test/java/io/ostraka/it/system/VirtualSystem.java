package io.ostraka.it.system;

import io.ostraka.client.OstrakaClient;
import io.ostraka.client.RequestId;
import io.ostraka.client.internal.ClientOptions;
import io.ostraka.client.internal.RealOstrakaClient;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.controller.ChangeReply;
import io.ostraka.proto.controller.ChangeRequest;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.RaftConfig;
import io.ostraka.raft.runtime.host.HostOptions;
import io.ostraka.raft.runtime.storage.LogOptions;
import io.ostraka.raft.testkit.history.Call;
import io.ostraka.raft.testkit.history.KvOperation;
import io.ostraka.raft.testkit.history.KvResult;
import io.ostraka.raft.testkit.sim.Dice;
import io.ostraka.shardkv.command.SessionId;
import io.ostraka.shardkv.server.NodeOptions;
import io.ostraka.shardkv.shard.GroupStateMachine;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A whole cluster on virtual time to which only happens what a scenario asks for: what {@link SystemSimulation} runs,
 * with all oracles looking on, but with nothing left to a swarm. Machines are numbered, the controllers first, then the
 * replicas of group 1, of group 2 and so on; clients from 0. For one thread.
 */
public final class VirtualSystem {

    /** How many clients there can be. */
    public static final int CLIENTS_MAX = 96;

    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    /**
     * What a cluster is like.
     *
     * @param controllers how many machines are controllers
     * @param groups how many groups of nodes there are; none has joined
     * @param replicas how many nodes each has
     * @param shards how many shards
     * @param raft timings of all replicas, and how they prove reads
     * @param unflushedBytesMax how much log may be in no flush of a store
     * @param log the log's segments
     */
    public record Shape(
            int controllers,
            int groups,
            int replicas,
            int shards,
            RaftConfig raft,
            long unflushedBytesMax,
            LogOptions log) {

        private SystemSwarm swarm() {
            return new SystemSwarm(
                    controllers,
                    false,
                    Collections.nCopies(groups, replicas),
                    shards,
                    CLIENTS_MAX,
                    1,
                    MILLI,
                    host(),
                    log,
                    NodeOptions.defaults().withDigests(1 << 20, 2_000),
                    new Wires.Manner(MILLI / 20, MILLI / 5, 1e-4, 1_000 * MILLI),
                    MILLI / 5,
                    1e-5,
                    10 * MILLI,
                    100 * MILLI,
                    0.01,
                    Map.of(),
                    0,
                    0);
        }

        private HostOptions host() {
            HostOptions defaults = HostOptions.defaults(raft, 0);
            return new HostOptions(
                    raft,
                    raft.heartbeatIntervalNanos() / 2,
                    defaults.queuedBytesMax(),
                    unflushedBytesMax,
                    unflushedBytesMax / 2,
                    defaults.transferRetainedBytesMax(),
                    defaults.slowWriteNanos(),
                    defaults.diskRecoveryNanos(),
                    0);
        }
    }

    /** A client and where it is. */
    public record PlacedClient(OstrakaClient client, int place) {}

    private final SystemWorld world;
    private final Administration administration;
    private final Quiescence quiescence;
    private int clients;

    private VirtualSystem(SystemWorld world) {
        this.world = world;
        this.administration = new Administration(world, world.dice("operator"), world.placeOfClient(CLIENTS_MAX));
        this.quiescence = new Quiescence(world);
    }

    /**
     * Starts and founds a cluster; returns once it has been founded.
     *
     * @param lines takes a line for everything that happens, or is null
     */
    public static VirtualSystem start(long seed, Shape shape, @Nullable Consumer<String> lines) {
        VirtualSystem system = new VirtualSystem(new SystemWorld(seed, shape.swarm(), lines));
        system.world.machines().forEach(machine -> {
            machine.emptyDisk();
            machine.boot();
        });
        boolean[] founded = new boolean[1];
        system.administration.found(() -> founded[0] = true);
        system.runUntil("the founding", () -> founded[0]);
        return system;
    }

    // ---- time and chance

    /** Returns the virtual time. */
    public long nowNanos() {
        return world.queue().nowNanos();
    }

    /** Lets time pass. */
    public void sleepMillis(long millis) {
        world.queue().runUntil(nowNanos() + millis * MILLI);
    }

    /** Has {@code action} happen after a while. */
    public void afterMillis(long millis, Runnable action) {
        world.queue().after(millis * MILLI, action);
    }

    /** Lets events happen until {@code done}, which must not take longer than 60 s. */
    public void runUntil(String what, BooleanSupplier done) {
        long deadline = nowNanos() + PATIENCE_NANOS;
        while (!done.getAsBoolean()) {
            if (nowNanos() > deadline || !world.queue().runNext()) {
                throw new SystemViolation("waited 60 s in vain for " + what);
            }
        }
    }

    /** Returns chance of the scenario's own. */
    public Dice dice(String name) {
        return world.dice("scenario " + name);
    }

    // ---- clients and the controllers

    /** Starts a client. */
    public PlacedClient client(long timeoutMillis) {
        int number = clients++;
        int place = world.placeOfClient(number);
        Dice dice = world.dice("client " + number);
        Life life = new Life(world.queue(), end -> {}, () -> {});
        SimulatedThreads threads = new SimulatedThreads(life, dice, 0, 1);
        OstrakaClient client = RealOstrakaClient.start(
                ClientOptions.DEFAULT
                        .withControllers(world.controllerAddresses())
                        .withTimeoutMillis(timeoutMillis)
                        .withClock(new ClientClock(world.queue())),
                new ClientWires(world.wires(), place, life, threads),
                new SplittableRandom(dice.random().nextLong()));
        return new PlacedClient(client, place);
    }

    /** Has the controllers decide on a change. */
    public CompletableFuture<ChangeReply> change(ChangeRequest.Builder change) {
        CompletableFuture<ChangeReply> decided = new CompletableFuture<>();
        administration.change(change, decided::complete);
        return decided;
    }

    /** Asks one controller, once, for a change; done with what it answers, if it does within 10 s. */
    public CompletableFuture<Optional<ChangeReply>> changeAt(int machine, ChangeRequest.Builder change) {
        CompletableFuture<Optional<ChangeReply>> answered = new CompletableFuture<>();
        administration.changeAt(address(machine), change, answered::complete);
        return answered;
    }

    /** Asks the controllers for a configuration, -1 for the latest. */
    public CompletableFuture<ClusterConfig> query(long num) {
        CompletableFuture<ClusterConfig> found = new CompletableFuture<>();
        administration.query(num, found::complete);
        return found;
    }

    // ---- machines

    /** The address of a machine. */
    public String address(int machine) {
        return world.machines().get(machine).address();
    }

    /** A process ends, or with its machine, which loses of what was not forced a part. */
    public void crash(int machine, boolean losesPower) {
        world.machines().get(machine).crash(losesPower ? Life.End.MACHINE : Life.End.PROCESS);
    }

    /** Starts a machine, unless it runs. */
    public void boot(int machine) {
        world.machines().get(machine).boot();
    }

    /** A process stands still for a while. */
    public void pause(int machine, long millis) {
        Life life = world.machines().get(machine).life();
        if (life != null) {
            life.pauseUntil(nowNanos() + millis * MILLI);
        }
    }

    /** The highest term in which a replica on this machine says that it leads; -1: none does. */
    public long leadingTerm(int machine) {
        Server server = world.machines().get(machine).server();
        return server == null
                ? -1
                : server.host().replicas().stream()
                        .map(hosted -> hosted.group().leadership())
                        .filter(leadership -> leadership.leads())
                        .mapToLong(leadership -> leadership.term())
                        .max()
                        .orElse(-1);
    }

    /**
     * How much a machine holds.
     *
     * @param logFileBytes length of all segments of its log, spares included
     * @param unflushedBytes log that its replicas would apply again after a loss of power
     * @param storeBytes keys and values of its store
     * @param cutUpTo the highest index up to which a replica of a store has forgotten its log; 0: none has
     */
    public record Holding(long logFileBytes, long unflushedBytes, long storeBytes, long cutUpTo) {}

    /** Returns what a machine that runs holds. */
    public Holding holding(int machine) {
        Machine on = world.machines().get(machine);
        Server server = on.server();
        if (server == null) {
            throw new IllegalStateException("m" + machine + " is down");
        }
        long unflushed = 0;
        long cut = 0;
        for (WitnessedHost.Hosted hosted : server.host().replicas()) {
            unflushed += hosted.group().status().unflushedBytes();
            if (hosted.machine() instanceof GroupStateMachine) {
                LogPosition base = hosted.group().status().raft().base();
                cut = Math.max(cut, base.index());
            }
        }
        long files = on.disk().files().stream()
                .filter(name -> name.startsWith("log/"))
                .mapToLong(name -> on.disk().contents(name).length)
                .sum();
        return new Holding(files, unflushed, storeBytes(on), cut);
    }

    private static long storeBytes(Machine machine) {
        return machine.store()
                .approximateSize(Bytes.EMPTY, Bytes.wrap(new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, -1}));
    }

    // ---- the network

    /** From now on the network is bad, or good again. */
    public void unreliable(boolean bad) {
        world.wires().unreliable(bad);
    }

    /** Cuts what goes from one place to another; a machine's number is its place. */
    public void cut(int from, int to) {
        world.wires().cut(from, to);
    }

    /** Nothing is cut any more. */
    public void heal() {
        world.wires().heal();
    }

    // ---- the end

    /** Whether everything is as it should be once nobody asks for anything; for {@link #runUntil}. */
    public boolean isQuiescent() {
        return quiescence.isReached();
    }

    /** Says what was missing when that was last asked. */
    public String missing() {
        return quiescence.missing();
    }

    /**
     * Judges a history, by the search for an order and by the order in the groups' logs.
     *
     * @param names the names of those writes whose outcome was unknown at first, by the ids of the calls
     */
    public void checkHistory(List<Call<KvOperation, KvResult>> calls, Map<Integer, RequestId> names) {
        Map<Integer, WritesOracle.Name> known = new HashMap<>();
        names.forEach((call, name) -> known.put(
                call,
                new WritesOracle.Name(
                        new SessionId(name.sessionHigh(), name.sessionLow()), name.shard(), name.number())));
        new HistoryCheck(world, calls, known).check();
    }

    /** How many times shards have gone from group to group. */
    public long handOvers() {
        return world.shards().handOvers();
    }

    /** How many snapshots have become the state of a replica. */
    public long snapshotsInstalled() {
        return world.groups().installed();
    }
}
