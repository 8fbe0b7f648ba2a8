package io.ostraka.server.cluster;

import io.ostraka.client.OstrakaAdmin;
import io.ostraka.client.OstrakaClient;
import io.ostraka.client.admin.ChangeMode;
import io.ostraka.client.admin.GroupSpec;
import io.ostraka.server.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * A cluster of child processes on this machine, each a controller replica and a node, or with controllers of their own;
 * data directories are below one folder. Any process can be killed and started again on its port and data. Not
 * thread-safe but for {@link #close}.
 */
public final class ProcessCluster implements AutoCloseable {

    private static final Duration FOUNDING_TIMEOUT = Duration.ofSeconds(60);

    private final List<ServerProcess> processes = new ArrayList<>();
    private final List<String> addresses = new ArrayList<>();
    private final List<ServerProcess> controllerProcesses = new ArrayList<>();
    private final List<String> controllerAddresses = new ArrayList<>();

    private final Path directory;

    private ProcessCluster(Path directory) {
        this.directory = directory;
    }

    /**
     * How the processes are started.
     *
     * @param directory where data and output go
     * @param processes how many nodes
     * @param heapBytes heap of each
     * @param electionTimeout shortest election timeout
     * @param controllers how many processes are controllers and nothing else; 0: every node is one, too
     */
    public record Plan(Path directory, int processes, long heapBytes, Duration electionTimeout, int controllers) {

        /** Processes that are both. */
        public Plan(Path directory, int processes, long heapBytes, Duration electionTimeout) {
            this(directory, processes, heapBytes, electionTimeout, 0);
        }

        /** Three processes with 384 MiB of heap, whose elections begin after a second. */
        public static Plan ofThree(Path directory) {
            return new Plan(directory, 3, 384L << 20, Duration.ofSeconds(1));
        }
    }

    /** Chooses ports and makes directories; no process runs before {@link #launch}. */
    public static ProcessCluster of(Plan plan) throws IOException {
        ProcessCluster cluster = new ProcessCluster(plan.directory());
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create();
        FreePorts.find(plan.processes() + plan.controllers(), random).forEach(port -> {
            boolean node = cluster.addresses.size() < plan.processes();
            (node ? cluster.addresses : cluster.controllerAddresses).add("127.0.0.1:" + port);
        });
        for (int i = 0; i < plan.controllers(); i++) {
            cluster.controllerProcesses.add(
                    cluster.describe(plan, "controller-" + (i + 1), "controller", cluster.controllerAddresses.get(i)));
        }
        String roles = plan.controllers() == 0 ? "controller,node" : "node";
        for (int i = 0; i < plan.processes(); i++) {
            cluster.processes.add(cluster.describe(plan, "node-" + (i + 1), roles, cluster.addresses.get(i)));
        }
        return cluster;
    }

    /** Starts the processes and waits until all listen; nothing is founded yet. */
    public void launch() throws IOException, InterruptedException {
        List<ServerProcess> all = new ArrayList<>(controllerProcesses);
        all.addAll(processes);
        start(all);
    }

    private static void start(List<ServerProcess> all) throws IOException, InterruptedException {
        List<ServerProcess.Starting> starting = new ArrayList<>();
        for (ServerProcess process : all) {
            starting.add(process.start());
        }
        for (ServerProcess.Starting each : starting) {
            each.await();
        }
    }

    /** Kills the processes that are only controllers, deletes all that they had, and starts them with nothing. */
    public void loseControllers() throws IOException, InterruptedException {
        controllerProcesses.forEach(ServerProcess::kill);
        for (int i = 0; i < controllerProcesses.size(); i++) {
            DirectoryRemoval.remove(directory.resolve("controller-" + (i + 1)).resolve("data"));
        }
        start(controllerProcesses);
    }

    /** A cluster that is launched; if that fails, nothing of it is left running. */
    public static ProcessCluster start(Plan plan) throws IOException, InterruptedException {
        ProcessCluster cluster = of(plan);
        try {
            cluster.launch();
            return cluster;
        } catch (IOException | InterruptedException | RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    private ServerProcess describe(Plan plan, String name, String roles, String address) throws IOException {
        Path home = Files.createDirectories(directory.resolve(name));
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JvmOptions.ofServer());
        command.add("-Xmx" + (plan.heapBytes() >> 20) + "m");
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "server",
                "--roles=" + roles,
                "--listen=" + address,
                "--data=" + home.resolve("data"),
                "--controllers=" + controllers(),
                "--election-timeout-millis=" + plan.electionTimeout().toMillis()));
        return new ServerProcess(name, command, home.resolve("output.log"));
    }

    /**
     * Founds the cluster and lets groups join, each replicated over all processes; returns when all shards are owned.
     */
    public void found(int shards, List<Long> gids) throws InterruptedException {
        try (OstrakaAdmin admin = admin(Duration.ofSeconds(30))) {
            admin.initialise(shards);
            MapWatch.await(
                    admin,
                    FOUNDING_TIMEOUT,
                    map -> map.nodes().size() == addresses.size(),
                    "registration of all nodes");
            long joined = admin.join(gids.stream().map(this::group).toList(), ChangeMode.APPLY)
                    .num();
            MapWatch.await(
                    admin,
                    FOUNDING_TIMEOUT,
                    map -> map.num() >= joined && map.shards().stream().allMatch(shard -> shard.ownerGid() != 0),
                    "first owners of all shards");
        }
    }

    /** A group of this id with a replica on every process. */
    public GroupSpec group(long gid) {
        return new GroupSpec(gid, addresses, 1);
    }

    /** Addresses of the controllers, for a client. */
    public String controllers() {
        return String.join(",", controllerAddresses.isEmpty() ? addresses : controllerAddresses);
    }

    /** The address of each node. */
    public List<String> addresses() {
        return List.copyOf(addresses);
    }

    /** The nodes, in the order of {@link #addresses}. */
    public List<ServerProcess> processes() {
        return List.copyOf(processes);
    }

    /** The processes that are controllers and nothing else, in the order of {@link #controllers}. */
    public List<ServerProcess> controllerProcesses() {
        return List.copyOf(controllerProcesses);
    }

    /** The process that listens on this address. */
    public ServerProcess at(String address) {
        int number = addresses.indexOf(address);
        if (number < 0) {
            throw new ClusterFailure("no process of this cluster listens on " + address);
        }
        return processes.get(number);
    }

    /** A client of this cluster. */
    public OstrakaClient client(Duration timeout) {
        return OstrakaClient.builder()
                .controllers(controllers())
                .timeout(timeout)
                .build();
    }

    /** An administration client of this cluster. */
    public OstrakaAdmin admin(Duration timeout) {
        return OstrakaAdmin.builder()
                .controllers(controllers())
                .timeout(timeout)
                .build();
    }

    /**
     * Kills every process for good and waits until they are gone; their files stay. Any thread, also during a launch.
     */
    @Override
    public void close() {
        processes.forEach(ServerProcess::end);
        controllerProcesses.forEach(ServerProcess::end);
    }
}
