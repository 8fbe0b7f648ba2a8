package io.ostraka.testcontainers;

import io.ostraka.client.OstrakaAdmin;
import io.ostraka.client.OstrakaClient;
import io.ostraka.client.UnavailableException;
import io.ostraka.client.admin.ClusterStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.testcontainers.containers.Container;
import org.testcontainers.containers.Network;
import org.testcontainers.lifecycle.Startables;
import org.testcontainers.utility.DockerImageName;

/**
 * A cluster of containers on a network of its own, founded and serving, for tests that want a real one: its processes
 * can be killed, paused and cut off. Processes are called {@code controller-1}, …, {@code node-1}, ….
 *
 * <p>Thread-safe, but two calls about the same process come one after the other. {@link #close} removes everything that
 * {@link Builder#start} made, also what a test has broken.
 */
public final class OstrakaCluster implements AutoCloseable {

    private static final long FIRST_GID = 101;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(30);
    private static final int LOG_TAIL_CHARACTERS = 2_000;

    private final Network network = Network.builder()
            // No way out: the port that a test reaches is published on the engine's default network.
            .createNetworkCmdModifier(command -> command.withInternal(true))
            .build();
    private final Map<String, OstrakaContainer> controllers = new LinkedHashMap<>();
    private final Map<String, OstrakaContainer> nodes = new LinkedHashMap<>();
    private final List<String> groups = new ArrayList<>();
    private @Nullable OstrakaClient client;
    private @Nullable OstrakaAdmin admin;

    private OstrakaCluster(Builder plan) {
        String addresses = names("controller-", plan.controllers)
                .map(name -> name + ":7100")
                .collect(Collectors.joining(","));
        DockerImageName image = DockerImageName.parse(plan.image);
        names("controller-", plan.controllers)
                .forEach(name -> controllers.put(name, new OstrakaContainer(image, network, name).asController()));
        int nodeCount = plan.nodes == 0 ? plan.groups * plan.replicas : plan.nodes;
        names("node-", nodeCount).forEach(name -> nodes.put(name, new OstrakaContainer(image, network, name)));
        all().forEach(container ->
                container.withControllers(addresses).withEnv(plan.environment).withMemoryBytes(plan.memoryBytes));
        all().forEach(plan.refinement);
        for (int group = 0; group < plan.groups; group++) {
            int first = group * plan.replicas;
            groups.add((FIRST_GID + group) + "="
                    + IntStream.range(first, first + plan.replicas)
                            .mapToObj(replica -> "node-" + (replica % nodeCount + 1) + ":7100")
                            .collect(Collectors.joining(",")));
        }
    }

    /** Starts the description of a cluster. */
    public static Builder builder() {
        return new Builder();
    }

    /** A client of the cluster, the same at each call; closed with the cluster. */
    public synchronized OstrakaClient client() {
        OstrakaClient shared = client;
        if (shared == null) {
            shared = clientBuilder().build();
            client = shared;
        }
        return shared;
    }

    /** An administration client of the cluster, the same at each call; closed with the cluster. */
    public synchronized OstrakaAdmin admin() {
        OstrakaAdmin shared = admin;
        if (shared == null) {
            shared = adminBuilder().timeout(CALL_TIMEOUT).build();
            admin = shared;
        }
        return shared;
    }

    /** For clients of a test's own, which it closes: knows the controllers, and where each process is reached. */
    public OstrakaClient.Builder clientBuilder() {
        return OstrakaClient.builder().controllers(controllerAddresses()).addressMapping(this::mapped);
    }

    /** As {@link #clientBuilder}, for administration. */
    public OstrakaAdmin.Builder adminBuilder() {
        return OstrakaAdmin.builder().controllers(controllerAddresses()).addressMapping(this::mapped);
    }

    /** Names of the controllers. */
    public List<String> controllers() {
        return List.copyOf(controllers.keySet());
    }

    /** Names of the nodes. */
    public List<String> nodes() {
        return List.copyOf(nodes.keySet());
    }

    /**
     * The container of a process, for what this class has no method for.
     *
     * @throws IllegalArgumentException if there is no process of this name
     */
    public OstrakaContainer container(String name) {
        OstrakaContainer container = controllers.getOrDefault(name, nodes.get(name));
        if (container == null) {
            throw new IllegalArgumentException(
                    "there is no " + name + "; there are " + controllers.keySet() + " and " + nodes.keySet());
        }
        return container;
    }

    /** The node that leads a group now; empty if nobody says so. */
    public Optional<String> leaderOf(long gid) {
        return admin().status(false).nodes().stream()
                .filter(node -> node.answer().map(ClusterStatus.Node::replicas).orElse(List.of()).stream()
                        .anyMatch(replica ->
                                replica.gid() == gid && replica.raft().role().equals("leader")))
                .map(node -> nameOf(node.address()))
                .findFirst();
    }

    /** The controller that leads now; empty if nobody says so. */
    public Optional<String> leadingController() {
        return admin().status(false).controllers().stream()
                .filter(controller -> controller
                        .answer()
                        .filter(known -> known.raft().role().equals("leader"))
                        .isPresent())
                .map(controller -> nameOf(controller.address()))
                .findFirst();
    }

    /** Kills a process with SIGKILL; its data stays. */
    public void kill(String name) {
        container(name).kill();
    }

    /** Stops a process in order, with SIGTERM. */
    public void stop(String name) {
        container(name).terminate();
    }

    /** Stops all threads of a process, as a machine that hangs; its connections stay. */
    public void pause(String name) {
        container(name).pause();
    }

    /** Ends {@link #pause}. */
    public void resume(String name) {
        container(name).resume();
    }

    /** Cuts a process off from all others, not from the test's clients. */
    public void disconnect(String name) {
        container(name).disconnect();
    }

    /** Ends {@link #disconnect}. */
    public void reconnect(String name) {
        container(name).reconnect();
    }

    /** Starts a process again on its data, after it was stopped in order if it runs; returns when it answers. */
    public void restart(String name) {
        restart(List.of(container(name)));
    }

    /** Stops all processes in order, then starts all again on their data; returns when every one serves. */
    public void restart() {
        restart(all());
        awaitServing();
    }

    /**
     * Stops a process in order and starts it from another image on its data; returns when it answers. What it has
     * printed before is not in its log any more.
     */
    public void upgrade(String name, String image) {
        OstrakaContainer container = container(name);
        container.upgrade(image);
        awaitAnswer(container);
    }

    /** What a process has printed since it was first started. */
    public String logs(String name) {
        return container(name).getLogs();
    }

    /** Runs {@code ostraka} with these words inside the container of a process. */
    public Container.ExecResult ostraka(String name, String... words) {
        return container(name).ostraka(words);
    }

    /**
     * Waits until every process answers and all that it runs is at work: nothing is down, paused or cut off.
     *
     * @throws IllegalStateException if that takes longer than two minutes
     */
    public void awaitServing() {
        all().forEach(container -> await(
                container,
                "serve",
                () -> admin().statusOf(container.address()).troubles().isEmpty()));
    }

    /** Closes the clients, and removes containers, data and network. */
    @Override
    public void close() {
        synchronized (this) {
            if (client != null) {
                client.close();
            }
            if (admin != null) {
                admin.close();
            }
        }
        inParallel(all(), OstrakaContainer::stop);
        network.close();
    }

    private void start(int shards) {
        try {
            Startables.deepStart(all()).join();
            List<String> words =
                    new ArrayList<>(List.of("setup", "--timeout=" + PATIENCE.toSeconds() + "s", "--shards=" + shards));
            words.addAll(groups);
            Container.ExecResult setup = container("controller-1").ostraka(words.toArray(String[]::new));
            if (setup.getExitCode() != 0) {
                throw new IllegalStateException("the cluster was not founded: " + setup.getStderr());
            }
        } catch (RuntimeException e) {
            e.addSuppressed(new IllegalStateException(all().stream()
                    .filter(OstrakaContainer::isRunning)
                    .map(container -> container.name() + " has printed: " + tail(container.getLogs()))
                    .collect(Collectors.joining("\n"))));
            close();
            throw e;
        }
    }

    private void restart(List<OstrakaContainer> restarted) {
        inParallel(restarted, container -> {
            if (container.isRunning()) {
                container.terminate();
            }
        });
        inParallel(restarted, OstrakaContainer::startAgain);
        restarted.forEach(this::awaitAnswer);
    }

    private void awaitAnswer(OstrakaContainer container) {
        await(container, "answer", () -> {
            admin().statusOf(container.address());
            return true;
        });
    }

    /** A question about a process, which may not answer yet. */
    private interface Question {
        boolean ask();
    }

    private static void await(OstrakaContainer container, String what, Question question) {
        Patience patience = new Patience(PATIENCE);
        while (true) {
            try {
                if (question.ask()) {
                    return;
                }
            } catch (UnavailableException notYet) {
                // Asked again.
            }
            if (!patience.pause()) {
                throw new IllegalStateException(container.name() + " did not " + what + " within "
                        + PATIENCE.toSeconds() + " s; it has printed: " + tail(container.getLogs()));
            }
        }
    }

    private static String tail(String log) {
        return log.substring(Math.max(0, log.length() - LOG_TAIL_CHARACTERS));
    }

    private static void inParallel(List<OstrakaContainer> containers, Consumer<OstrakaContainer> work) {
        CompletableFuture.allOf(containers.stream()
                        .map(container -> CompletableFuture.runAsync(() -> work.accept(container)))
                        .toArray(CompletableFuture<?>[]::new))
                .join();
    }

    private List<OstrakaContainer> all() {
        List<OstrakaContainer> all = new ArrayList<>(controllers.values());
        all.addAll(nodes.values());
        return all;
    }

    private String controllerAddresses() {
        return controllers.values().stream().map(OstrakaContainer::address).collect(Collectors.joining(","));
    }

    private String mapped(String address) {
        return all().stream()
                .filter(container -> container.address().equals(address))
                .map(OstrakaContainer::mappedAddress)
                .findFirst()
                .orElse(address);
    }

    private static String nameOf(String address) {
        return address.substring(0, address.lastIndexOf(':'));
    }

    private static Stream<String> names(String prefix, int count) {
        return IntStream.rangeClosed(1, count).mapToObj(number -> prefix + number);
    }

    /** Describes a cluster; not thread-safe. */
    public static final class Builder {

        private String image = OstrakaContainer.DEFAULT_IMAGE;
        private int controllers = 1;
        private int groups = 1;
        private int replicas = 3;
        private int nodes;
        private int shards = 16;
        private long memoryBytes = 512L << 20;
        private final Map<String, String> environment = new LinkedHashMap<>();
        private Consumer<OstrakaContainer> refinement = container -> {};

        private Builder() {}

        /** The image of Ostraka; {@link OstrakaContainer#DEFAULT_IMAGE} unless set. */
        public Builder image(String name) {
            image = name;
            return this;
        }

        /** How many controllers; 1 unless set. */
        public Builder controllers(int count) {
            controllers = positive(count, "controllers");
            return this;
        }

        /** How many groups, which are called 101, 102, …; 1 unless set. */
        public Builder groups(int count) {
            groups = positive(count, "groups");
            return this;
        }

        /** How many replicas a group has; 3 unless set. */
        public Builder replicas(int count) {
            replicas = positive(count, "replicas");
            return this;
        }

        /** How many nodes share the groups; one for each replica of each group unless set. */
        public Builder nodes(int count) {
            nodes = positive(count, "nodes");
            return this;
        }

        /** How many shards; 16 unless set. */
        public Builder shards(int count) {
            shards = positive(count, "shards");
            return this;
        }

        /** The memory of each process in bytes, half of it heap; 512 MiB unless set. */
        public Builder memoryBytes(long bytes) {
            memoryBytes = bytes;
            return this;
        }

        /** A setting of every process by its key, such as {@code election-timeout-millis}. */
        public Builder setting(String key, String value) {
            environment.put("OSTRAKA_" + key.toUpperCase(Locale.ROOT).replace('-', '_'), value);
            return this;
        }

        /** What is done to each container before any is started, for what this class has no method for. */
        public Builder refine(Consumer<OstrakaContainer> change) {
            refinement = refinement.andThen(change);
            return this;
        }

        /**
         * Starts all processes at once, founds the cluster, and returns when every shard is served. Nothing of it is
         * left if that fails.
         *
         * @throws IllegalArgumentException if a group has more replicas than there are nodes
         * @throws IllegalStateException if the cluster does not come about; suppressed in it, what the processes
         *     printed
         */
        public OstrakaCluster start() {
            if (nodes != 0 && nodes < replicas) {
                throw new IllegalArgumentException(
                        "a group of " + replicas + " replicas needs as many nodes, not " + nodes);
            }
            OstrakaCluster cluster = new OstrakaCluster(this);
            cluster.start(shards);
            return cluster;
        }

        private static int positive(int count, String what) {
            if (count < 1) {
                throw new IllegalArgumentException("a cluster needs at least 1 of the " + what + ", not " + count);
            }
            return count;
        }
    }
}
