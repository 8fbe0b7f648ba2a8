package io.ostraka.it.scenarios.kv;

import io.ostraka.it.system.VirtualSystem;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.controller.ChangeReply;
import io.ostraka.proto.controller.ChangeRequest;
import io.ostraka.proto.controller.Join;
import io.ostraka.proto.controller.JoinGroup;
import io.ostraka.proto.controller.Leave;
import io.ostraka.raft.core.RaftConfig;
import io.ostraka.raft.core.ReadMode;
import io.ostraka.raft.runtime.storage.LogOptions;
import io.ostraka.raft.testkit.sim.Dice;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A simulated cluster in virtual time. Its seed decides how long everything takes, how reads are proved, whether groups
 * fall quiet, and whether what is shut down is a process or a machine that loses power.
 */
final class VirtualStoreCluster implements StoreCluster {

    private static final LogOptions SMALL_LOG = new LogOptions(16 << 10, 8 << 10, 2, 1);
    private static final LogOptions WHOLE_LOG = new LogOptions(256 << 10, 64 << 10, 1_000, 1);
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LOOK_MILLIS = 250;

    private final Setting setting;
    private final VirtualSystem system;
    private final Dice dice;

    private VirtualStoreCluster(Setting setting, VirtualSystem system) {
        this.setting = setting;
        this.system = system;
        this.dice = system.dice("faults");
    }

    static VirtualStoreCluster start(long seed, Setting setting, @Nullable Consumer<String> lines) {
        RaftConfig raft = RaftConfig.defaults()
                .withTimings(100, 500, 1_000)
                .withReadMode(seed % 2 == 0 ? ReadMode.LEASE : ReadMode.READ_INDEX)
                .withQuietAfterNanos(seed / 2 % 2 == 0 ? QUIET_NANOS : 0);
        VirtualSystem.Shape shape = new VirtualSystem.Shape(
                CONTROLLERS,
                setting.groups(),
                setting.replicas(),
                SHARDS,
                raft,
                setting.unflushedBytesMax(),
                setting.cutsLogs() ? SMALL_LOG : WHOLE_LOG);
        return new VirtualStoreCluster(setting, VirtualSystem.start(seed, shape, lines));
    }

    @Override
    public Setting setting() {
        return setting;
    }

    // ---- time and chance

    @Override
    public long nowNanos() {
        return system.nowNanos();
    }

    @Override
    public void sleepMillis(long millis) {
        system.sleepMillis(millis);
    }

    @Override
    public void afterMillis(long millis, Runnable action) {
        system.afterMillis(millis, action);
    }

    @Override
    public <T> T await(String what, CompletableFuture<T> outcome) {
        system.runUntil(what, outcome::isDone);
        try {
            return outcome.join();
        } catch (CompletionException e) {
            throw new AssertionError(what + " failed", e.getCause());
        }
    }

    @Override
    public RandomGenerator random(String name) {
        return system.dice(name).random();
    }

    // ---- clients and controllers

    @Override
    public PlacedClient newClient(long timeoutMillis) {
        VirtualSystem.PlacedClient placed = system.client(timeoutMillis);
        return new PlacedClient(placed.client(), new Place.Client(placed.place()));
    }

    @Override
    public void join(Collection<Integer> groups) {
        Join.Builder join = Join.newBuilder();
        for (int group : groups) {
            JoinGroup.Builder joining = JoinGroup.newBuilder().setGid(FIRST_GID + group);
            for (int number = 0; number < setting.replicas(); number++) {
                joining.addAddresses(system.address(machine(new Place.Replica(group, number))));
            }
            join.addGroups(joining);
        }
        ChangeRequest request = ChangeRequest.newBuilder().setJoin(join).build();
        ChangeReply reply = decided(request);
        while (reply.getMessage().contains("no node has registered")) {
            sleepMillis(100);
            reply = decided(request);
        }
        requireChanged(request, reply);
    }

    @Override
    public void leave(Collection<Integer> groups) {
        Leave.Builder leave = Leave.newBuilder();
        groups.forEach(group -> leave.addGids(FIRST_GID + group));
        ChangeRequest request = ChangeRequest.newBuilder().setLeave(leave).build();
        requireChanged(request, decided(request));
    }

    private ChangeReply decided(ChangeRequest request) {
        return await("a decision on " + request, system.change(request.toBuilder()));
    }

    private static void requireChanged(ChangeRequest request, ChangeReply reply) {
        if (reply.getCode() != StatusCode.OK || !reply.getChanged()) {
            throw new AssertionError(request + " is answered " + reply);
        }
    }

    @Override
    public Placement query() {
        ClusterConfig config = await("the configuration", system.query(-1));
        List<Long> owners = new ArrayList<>();
        List<Long> desired = new ArrayList<>();
        for (int shard = 0; shard < config.shardCount(); shard++) {
            owners.add(gid(config.shard(shard).owner()));
            desired.add(gid(config.desired(shard)));
        }
        List<Long> groups = config.groups().keySet().stream().map(GroupRef::gid).toList();
        return new Placement(config.num(), owners, desired, groups);
    }

    private static long gid(@Nullable GroupRef ref) {
        return ref == null ? 0 : ref.gid();
    }

    // ---- processes

    private int machine(Place place) {
        return switch (place) {
            case Place.Controller(int number) -> number;
            case Place.Replica(int group, int number) -> CONTROLLERS + group * setting.replicas() + number;
            case Place.Client(int number) -> number;
        };
    }

    @Override
    public void shutDown(Place server) {
        system.crash(machine(server), dice.chance(0.5));
    }

    @Override
    public void start(Place server) {
        system.boot(machine(server));
    }

    @Override
    public void pause(Place server, long millis) {
        system.pause(machine(server), millis);
    }

    @Override
    public Place.Replica leaderOf(int group) {
        return new Place.Replica(
                group,
                leader("a leader of group " + group, setting.replicas(), i -> machine(new Place.Replica(group, i))));
    }

    @Override
    public Place.Controller leaderOfControllers() {
        return new Place.Controller(leader("a leader of the controllers", CONTROLLERS, i -> i));
    }

    private int leader(String what, int count, IntUnaryOperator machines) {
        int[] leader = new int[1];
        system.runUntil(what, () -> {
            leader[0] = -1;
            long latest = -1;
            for (int i = 0; i < count; i++) {
                long term = system.leadingTerm(machines.applyAsInt(i));
                if (term > latest) {
                    latest = term;
                    leader[0] = i;
                }
            }
            return leader[0] >= 0;
        });
        return leader[0];
    }

    // ---- what only a simulated cluster has

    @Override
    public boolean isSimulated() {
        return true;
    }

    @Override
    public Holding holding(Place server) {
        VirtualSystem.Holding held = system.holding(machine(server));
        return new Holding(held.logFileBytes(), held.unflushedBytes(), held.storeBytes(), held.cutUpTo() > 0);
    }

    @Override
    public void unreliable(boolean bad) {
        system.unreliable(bad);
    }

    @Override
    public void cut(Place from, Place to) {
        system.cut(machine(from), machine(to));
    }

    @Override
    public void heal() {
        system.heal();
    }

    @Override
    public CompletableFuture<Boolean> leaveDecidedBy(Place.Controller controller, int group) {
        Leave leave = Leave.newBuilder().addGids(FIRST_GID + group).build();
        return system.changeAt(machine(controller), ChangeRequest.newBuilder().setLeave(leave))
                .thenApply(reply -> reply.isPresent() && reply.get().getChanged());
    }

    @Override
    public long snapshotsInstalled() {
        return system.snapshotsInstalled();
    }

    // ---- the end

    @Override
    public void settleAndRestartAll() {
        unreliable(false);
        heal();
        bootAll();
        awaitQuiescence("in the end");
        for (int machine = 0; machine < CONTROLLERS + setting.groups() * setting.replicas(); machine++) {
            system.crash(machine, true);
        }
        bootAll();
        awaitQuiescence("after all machines have lost power");
    }

    private void bootAll() {
        for (int machine = 0; machine < CONTROLLERS + setting.groups() * setting.replicas(); machine++) {
            system.boot(machine);
        }
    }

    private void awaitQuiescence(String when) {
        for (int look = 0; look < 240; look++) {
            if (system.isQuiescent()) {
                return;
            }
            system.sleepMillis(LOOK_MILLIS);
        }
        throw new AssertionError("no rest " + when + ": " + system.missing());
    }

    @Override
    public void judge(StoreHistory history) {
        system.checkHistory(history.calls(), history.names());
    }

    @Override
    public void close() {
        // There is nothing but memory.
    }
}
