package io.ostraka.server.dev;

import io.ostraka.client.OstrakaAdmin;
import io.ostraka.client.admin.ChangeMode;
import io.ostraka.client.admin.GroupSpec;
import io.ostraka.server.cluster.MapWatch;
import io.ostraka.server.config.ProcessOptions;
import io.ostraka.server.config.Setting;
import io.ostraka.server.config.Settings;
import io.ostraka.server.process.OstrakaProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Several servers in one process, each with its own directory and port; founded at the first start. Thread-safe only
 * for {@link #close}.
 */
public final class DevCluster implements AutoCloseable {

    private static final int CONTROLLERS_MAX = 3;
    private static final long FIRST_GID = 101;
    private static final Duration FOUNDING_TIMEOUT = Duration.ofSeconds(60);

    private final Plan plan;
    private final List<OstrakaProcess> processes = new ArrayList<>();

    /**
     * What to run.
     *
     * @param directory one folder a node is made in it
     * @param ports one a node
     * @param groups how many groups join at the first start
     * @param replicas of each group
     * @param shards how many, at the first start
     */
    public record Plan(Path directory, List<Integer> ports, int groups, int replicas, int shards) {

        /** Keeps a copy of the list. */
        public Plan {
            ports = List.copyOf(ports);
        }

        private int nodes() {
            return ports.size();
        }
    }

    /** A cluster that does not run yet. */
    public DevCluster(Plan plan) {
        this.plan = plan;
    }

    /** Starts the servers, and founds the cluster if it is new; returns when every shard has an owner. */
    public void start() throws InterruptedException {
        startNodes();
        try (OstrakaAdmin admin = OstrakaAdmin.builder()
                .controllers(controllers())
                .timeout(FOUNDING_TIMEOUT)
                .build()) {
            long joined = 0;
            boolean founded = admin.status(false).controllers().stream()
                    .flatMap(answer -> answer.answer().stream())
                    .anyMatch(controller -> controller.initialised());
            if (!founded) {
                admin.initialise(plan.shards());
                MapWatch.await(
                        admin,
                        FOUNDING_TIMEOUT,
                        map -> map.nodes().size() == plan.nodes(),
                        "registration of all nodes");
                joined = admin.join(groups(), ChangeMode.APPLY).num();
            }
            awaitOwners(admin, joined);
        }
    }

    private static void awaitOwners(OstrakaAdmin admin, long num) throws InterruptedException {
        MapWatch.await(
                admin,
                FOUNDING_TIMEOUT,
                map -> map.num() >= num
                        && (map.groups().isEmpty() || map.shards().stream().allMatch(shard -> shard.ownerGid() != 0)),
                "owners of all shards");
    }

    /** All at once: what a start waits for is the disk, mostly. */
    private synchronized void startNodes() throws InterruptedException {
        List<Future<OstrakaProcess>> starting = new ArrayList<>();
        try (ExecutorService starters = Executors.newCachedThreadPool()) {
            for (int i = 0; i < plan.nodes(); i++) {
                int node = i;
                starting.add(starters.submit(() -> start(node)));
            }
        }
        @Nullable RuntimeException failure = null;
        for (Future<OstrakaProcess> each : starting) {
            try {
                processes.add(each.get());
            } catch (ExecutionException e) {
                failure = e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
            }
        }
        if (failure != null) {
            close();
            throw failure;
        }
    }

    private OstrakaProcess start(int node) {
        Map<Setting, String> flags = new EnumMap<>(Setting.class);
        flags.put(Setting.ROLES, node < CONTROLLERS_MAX ? "controller,node" : "node");
        flags.put(Setting.LISTEN, address(node));
        flags.put(Setting.DATA, plan.directory().resolve("node-" + (node + 1)).toString());
        flags.put(Setting.CONTROLLERS, controllers());
        return OstrakaProcess.start(ProcessOptions.of(Settings.resolve(flags, Map.of(), null)));
    }

    private List<GroupSpec> groups() {
        return IntStream.range(0, plan.groups())
                .mapToObj(group -> new GroupSpec(
                        FIRST_GID + group,
                        IntStream.range(0, plan.replicas())
                                .mapToObj(replica -> address((group + replica) % plan.nodes()))
                                .toList(),
                        1))
                .toList();
    }

    private String address(int node) {
        return "127.0.0.1:" + plan.ports().get(node);
    }

    /** Addresses of the controllers, for a client. */
    public String controllers() {
        return addressesOf(Math.min(CONTROLLERS_MAX, plan.nodes()));
    }

    /** Addresses of the first nodes, separated by commas. */
    String addressesOf(int nodes) {
        return IntStream.range(0, nodes).mapToObj(this::address).collect(Collectors.joining(","));
    }

    /** Waits until one of the servers has ended; returns 0 if it was closed, 1 if it failed. */
    int awaitEnd() {
        CompletableFuture<?>[] ends = processes.stream()
                .map(process -> CompletableFuture.supplyAsync(process::awaitEnd, Thread::startVirtualThread))
                .toArray(CompletableFuture[]::new);
        return (Integer) CompletableFuture.anyOf(ends).join();
    }

    @Override
    public synchronized void close() {
        processes.reversed().forEach(OstrakaProcess::close);
        processes.clear();
    }
}
