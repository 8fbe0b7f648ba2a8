package io.ostraka.it.scenarios.kv;

import io.ostraka.client.OstrakaAdmin;
import io.ostraka.client.OstrakaClient;
import io.ostraka.client.RejectedException;
import io.ostraka.client.admin.Change;
import io.ostraka.client.admin.ChangeMode;
import io.ostraka.client.admin.ClusterMap;
import io.ostraka.client.admin.ClusterStatus;
import io.ostraka.client.admin.GroupSpec;
import io.ostraka.raft.runtime.host.SystemClock;
import io.ostraka.raft.testkit.linearizability.Bound;
import io.ostraka.raft.testkit.linearizability.LinearizabilityChecker;
import io.ostraka.server.cluster.ProcessCluster;
import io.ostraka.server.cluster.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Real processes of production's server, one a node and one a controller, on this machine and in real time. What is
 * shut down is killed. Logs are cut as in production, whatever the setting says.
 */
final class ProcessStoreCluster implements StoreCluster {

    private static final long HEAP_BYTES = 96L << 20;
    private static final Duration ELECTION_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration ADMIN_TIMEOUT = Duration.ofSeconds(60);
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(3);
    private static final long LOOK_MILLIS = 100;

    private final Setting setting;
    private final ProcessCluster processes;
    private final OstrakaAdmin admin;
    private final SystemClock clock = new SystemClock();
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(1);
    private final List<OstrakaClient> clients = new ArrayList<>();

    private ProcessStoreCluster(Setting setting, ProcessCluster processes) {
        this.setting = setting;
        this.processes = processes;
        this.admin = processes.admin(ADMIN_TIMEOUT);
    }

    /** Starts and founds a cluster whose data is below this folder. */
    static ProcessStoreCluster start(Path directory, Setting setting) throws IOException, InterruptedException {
        ProcessCluster.Plan plan = new ProcessCluster.Plan(
                directory, setting.groups() * setting.replicas(), HEAP_BYTES, ELECTION_TIMEOUT, CONTROLLERS);
        ProcessStoreCluster cluster = new ProcessStoreCluster(setting, ProcessCluster.start(plan));
        cluster.admin.initialise(SHARDS);
        return cluster;
    }

    @Override
    public Setting setting() {
        return setting;
    }

    // ---- time and chance

    @Override
    public long nowNanos() {
        return clock.nanoTime();
    }

    @Override
    public void sleepMillis(long millis) {
        long end = nowNanos() + TimeUnit.MILLISECONDS.toNanos(millis);
        for (long left = end - nowNanos(); left > 0; left = end - nowNanos()) {
            LockSupport.parkNanos(left);
        }
    }

    @Override
    public void afterMillis(long millis, Runnable action) {
        var _ = timer.schedule(action, millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public <T> T await(String what, CompletableFuture<T> outcome) {
        try {
            return outcome.get(PATIENCE_NANOS, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("waited in vain for " + what, e);
        } catch (ExecutionException e) {
            throw new AssertionError(what + " failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + what, e);
        }
    }

    private <T> T find(String what, Supplier<Optional<T>> search) {
        long deadline = nowNanos() + PATIENCE_NANOS;
        while (nowNanos() - deadline < 0) {
            Optional<T> found = search.get();
            if (found.isPresent()) {
                return found.get();
            }
            sleepMillis(LOOK_MILLIS);
        }
        throw new AssertionError("waited in vain for " + what);
    }

    @Override
    public RandomGenerator random(String name) {
        return new SplittableRandom(name.hashCode());
    }

    // ---- clients and controllers

    @Override
    public PlacedClient newClient(long timeoutMillis) {
        OstrakaClient client = processes.client(Duration.ofMillis(timeoutMillis));
        clients.add(client);
        return new PlacedClient(client, new Place.Client(clients.size() - 1));
    }

    @Override
    public void join(Collection<Integer> groups) {
        List<GroupSpec> joining = groups.stream()
                .map(group -> new GroupSpec(FIRST_GID + group, addressesOf(group), 1))
                .toList();
        requireChanged(find("nodes that have registered", () -> {
            try {
                return Optional.of(admin.join(joining, ChangeMode.APPLY));
            } catch (RejectedException e) {
                if (String.valueOf(e.getMessage()).contains("no node has registered")) {
                    return Optional.empty();
                }
                throw e;
            }
        }));
    }

    private List<String> addressesOf(int group) {
        return processes.addresses().subList(group * setting.replicas(), (group + 1) * setting.replicas());
    }

    @Override
    public void leave(Collection<Integer> groups) {
        requireChanged(
                admin.leave(groups.stream().map(group -> FIRST_GID + group).toList(), ChangeMode.APPLY));
    }

    private static void requireChanged(Change change) {
        if (!change.changed()) {
            throw new AssertionError("nothing was changed: " + change);
        }
    }

    @Override
    public Placement query() {
        ClusterMap map = admin.query();
        return new Placement(
                map.num(),
                map.shards().stream().map(ClusterMap.Shard::ownerGid).toList(),
                map.shards().stream().map(ClusterMap.Shard::desiredGid).toList(),
                map.groups().stream().map(ClusterMap.Group::gid).sorted().toList());
    }

    // ---- processes

    private ServerProcess process(Place server) {
        return switch (server) {
            case Place.Controller(int number) -> processes.controllerProcesses().get(number);
            case Place.Replica(int group, int number) -> processes.processes().get(group * setting.replicas() + number);
            case Place.Client client -> throw new IllegalArgumentException(client + " is no server");
        };
    }

    @Override
    public void shutDown(Place server) {
        process(server).kill();
    }

    @Override
    public void start(Place server) {
        start(process(server));
    }

    private static Optional<ServerProcess.Starting> start(ServerProcess process) {
        try {
            return process.isAlive() ? Optional.empty() : Optional.of(process.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private interface Signal {
        void send() throws IOException, InterruptedException;
    }

    private static void signal(Signal signal) {
        try {
            signal.send();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void pause(Place server, long millis) {
        ServerProcess process = process(server);
        signal(process::hang);
        afterMillis(millis, () -> signal(process::goOn));
    }

    @Override
    public Place.Replica leaderOf(int group) {
        return find(
                "a leader of group " + group,
                () -> admin.status(false).nodes().stream()
                        .flatMap(answer -> answer.answer().stream())
                        .flatMap(node -> node.replicas().stream()
                                .filter(replica -> replica.gid() == FIRST_GID + group && leads(replica.raft()))
                                .map(replica -> new Leading(
                                        node.address(), replica.raft().term())))
                        .max(Comparator.comparingLong(Leading::term))
                        .map(leading ->
                                new Place.Replica(group, addressesOf(group).indexOf(leading.address()))));
    }

    /** Who says that it leads. */
    private record Leading(String address, long term) {}

    private static boolean leads(ClusterStatus.Raft raft) {
        return raft.role().equals("leader");
    }

    @Override
    public Place.Controller leaderOfControllers() {
        return find(
                "a leader of the controllers",
                () -> admin.status(false).controllers().stream()
                        .filter(answer -> answer.answer()
                                .filter(each -> leads(each.raft()))
                                .isPresent())
                        .max(Comparator.comparingLong(
                                answer -> answer.answer().orElseThrow().raft().term()))
                        .map(answer -> new Place.Controller(
                                List.of(processes.controllers().split(",", -1)).indexOf(answer.address()))));
    }

    // ---- what only a simulated cluster has

    @Override
    public boolean isSimulated() {
        return false;
    }

    private static UnsupportedOperationException real() {
        return new UnsupportedOperationException("these are real processes");
    }

    @Override
    public Holding holding(Place server) {
        throw real();
    }

    @Override
    public void unreliable(boolean bad) {
        throw real();
    }

    @Override
    public void cut(Place from, Place to) {
        throw real();
    }

    @Override
    public void heal() {
        throw real();
    }

    @Override
    public CompletableFuture<Boolean> leaveDecidedBy(Place.Controller controller, int group) {
        throw real();
    }

    @Override
    public long snapshotsInstalled() {
        throw real();
    }

    // ---- the end

    @Override
    public void settleAndRestartAll() {
        startAll();
        awaitSettled("in the end");
        all().forEach(ServerProcess::kill);
        startAll();
        awaitSettled("after all processes were killed");
    }

    private List<ServerProcess> all() {
        List<ServerProcess> all = new ArrayList<>(processes.controllerProcesses());
        all.addAll(processes.processes());
        return all;
    }

    private void startAll() {
        List<ServerProcess.Starting> starting = new ArrayList<>();
        all().forEach(process -> start(process).ifPresent(starting::add));
        starting.forEach(each -> signal(each::await));
    }

    private void awaitSettled(String when) {
        find(
                "all shards where they should be " + when,
                () -> Optional.of(query()).filter(Placement::isSettled));
        List<String> ended = all().stream()
                .filter(process -> !process.isAlive())
                .map(ServerProcess::name)
                .toList();
        if (!ended.isEmpty()) {
            throw new AssertionError(ended + " ended by themselves " + when);
        }
    }

    @Override
    public void judge(StoreHistory history) {
        var verdict = LinearizabilityChecker.ofKeysAndValues(Bound.DEFAULT).check(history.calls());
        if (!verdict.isLinearizable()) {
            throw new AssertionError("the history of " + history.calls().size() + " calls: " + verdict);
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        clients.forEach(OstrakaClient::close);
        admin.close();
        processes.close();
    }
}
