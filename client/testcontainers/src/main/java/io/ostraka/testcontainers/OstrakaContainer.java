package io.ostraka.testcontainers;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HealthCheck;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.Ports;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.Base58;
import org.testcontainers.utility.DockerImageName;

/**
 * One process of a cluster: a node, unless told to be a controller. It has its peers on a network of their own, where
 * it is found under its name, and is reached from outside by a mapped port on another one; so it can be cut off from
 * its peers while the test still reaches it. It runs as in production: on a read-only root file system, without any
 * capability.
 *
 * <p>One thing differs: the JVM does not optimize, since the processes of a test end before that pays. A test that
 * measures speed takes {@code withEnv("JDK_JAVA_OPTIONS", "")}.
 *
 * <p>A process that was killed or stopped keeps its data until the container is closed. Not thread-safe but for
 * {@link #mappedAddress}.
 */
public final class OstrakaContainer extends GenericContainer<OstrakaContainer> {

    /** The image that is used unless another one is named; {@code deploy/docker/build} makes it. */
    public static final String DEFAULT_IMAGE = "ostraka:latest";

    private static final int PORT = 7100;
    private static final String DATA = "/data";
    private static final long DEFAULT_MEMORY_BYTES = 512L << 20;
    private static final Duration START_TIMEOUT = Duration.ofMinutes(2);
    private static final String SHORT_LIFE = "-XX:TieredStopAtLevel=1";
    private static final String READY = ".*ready on .*\\n";
    private static final List<String> PROGRAM = List.of(
            "/opt/ostraka/runtime/bin/java",
            "@/opt/ostraka/conf/command.jvm",
            "@/opt/ostraka/conf/image.jvm",
            "-Dostraka.log.level=error",
            "io.ostraka.server.Main");

    private final String name;
    private final Network peers;
    private final String volume = "ostraka-" + Base58.randomString(16);
    private @Nullable String hostDirectory;
    private long memoryBytes = DEFAULT_MEMORY_BYTES;
    private volatile String mapped = "";

    /**
     * A process that is not started yet.
     *
     * @param image of Ostraka
     * @param peers the network on which its cluster is; closed by who made it
     * @param name by which its peers find it there
     */
    public OstrakaContainer(DockerImageName image, Network peers, String name) {
        super(image);
        this.name = name;
        this.peers = peers;
        withExposedPorts(PORT);
        withEnv("OSTRAKA_ADVERTISE", address());
        withEnv("JDK_JAVA_OPTIONS", SHORT_LIFE);
        withCreateContainerCmdModifier(this::confine);
        waitingFor(Wait.forLogMessage(READY, 1).withStartupTimeout(START_TIMEOUT));
    }

    /** Makes it a controller instead of a node. */
    public OstrakaContainer asController() {
        return withCommand("controller");
    }

    /** Names the controllers of its cluster, {@code host:port,…} as {@link #address} gives them. */
    public OstrakaContainer withControllers(String addresses) {
        return withEnv("OSTRAKA_CONTROLLERS", addresses);
    }

    /** Limits its memory, half of which is heap; 512 MiB unless set. */
    public OstrakaContainer withMemoryBytes(long bytes) {
        memoryBytes = bytes;
        return this;
    }

    /** Keeps its data in a directory of the engine's machine, which it may write to, instead of on a volume. */
    public OstrakaContainer withDataDirectory(String directory) {
        hostDirectory = directory;
        return this;
    }

    /** Its name among its peers. */
    public String name() {
        return name;
    }

    /** {@code host:port} by which its peers know it, and by which it is named to clients. */
    public String address() {
        return name + ":" + PORT;
    }

    /** {@code host:port} where it is reached from outside; where it last was, while it does not run. */
    public String mappedAddress() {
        return mapped;
    }

    /** Runs {@code ostraka} with these words inside the container. */
    public ExecResult ostraka(String... words) {
        String[] command = Stream.concat(PROGRAM.stream(), Stream.of(words)).toArray(String[]::new);
        try {
            return execInContainer(command);
        } catch (IOException e) {
            throw new IllegalStateException("ostraka " + String.join(" ", words) + " did not run in " + name, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while ostraka ran in " + name, e);
        }
    }

    /** Sends SIGKILL. */
    public void kill() {
        getDockerClient().killContainerCmd(getContainerId()).exec();
        getDockerClient().waitContainerCmd(getContainerId()).start().awaitStatusCode();
    }

    /** Sends SIGTERM and waits until it has handed over what it leads and ended, at most half a minute. */
    public void terminate() {
        getDockerClient().stopContainerCmd(getContainerId()).withTimeout(30).exec();
    }

    /** Starts it again on its data after {@link #kill} or {@link #terminate}; does not wait until it answers. */
    public void startAgain() {
        getDockerClient().startContainerCmd(getContainerId()).exec();
        readMapping();
    }

    /**
     * Ends it in order and starts another image on its data; returns when it is ready. What it has printed before is
     * not in its log any more.
     */
    public void upgrade(String image) {
        terminate();
        super.stop();
        setDockerImageName(image);
        start();
    }

    /** Removes it with its data. */
    @Override
    public void stop() {
        super.stop();
        try {
            getDockerClient().removeVolumeCmd(volume).exec();
        } catch (NotFoundException neverStarted) {
            // Nothing is left, which is what was asked for.
        }
    }

    /** Stops all its threads, as a machine that hangs; its connections stay. */
    public void pause() {
        getDockerClient().pauseContainerCmd(getContainerId()).exec();
    }

    /** Ends {@link #pause}. */
    public void resume() {
        getDockerClient().unpauseContainerCmd(getContainerId()).exec();
    }

    /** Cuts it off from its peers, not from the test. */
    public void disconnect() {
        getDockerClient()
                .disconnectFromNetworkCmd()
                .withContainerId(getContainerId())
                .withNetworkId(peers.getId())
                .exec();
    }

    /** Ends {@link #disconnect}; it may have another number on the network, under the same name. */
    public void reconnect() {
        connect(getContainerId());
        readMapping();
    }

    /** Starts it, with what its data directory holds. */
    @Override
    public void start() {
        if (hostDirectory == null) {
            Map<String, String> labels = new HashMap<>(DockerClientFactory.DEFAULT_LABELS);
            // By which Testcontainers' cleaner finds what a test that died has left.
            labels.put(DockerClientFactory.TESTCONTAINERS_SESSION_ID_LABEL, DockerClientFactory.SESSION_ID);
            getDockerClient()
                    .createVolumeCmd()
                    .withName(volume)
                    .withLabels(labels)
                    .exec();
        }
        super.start();
    }

    @Override
    protected void containerIsCreated(String containerId) {
        connect(containerId);
    }

    @Override
    protected void containerIsStarted(InspectContainerResponse containerInfo) {
        readMapping();
    }

    private void connect(String containerId) {
        getDockerClient()
                .connectToNetworkCmd()
                .withContainerId(containerId)
                .withNetworkId(peers.getId())
                .withContainerNetwork(new ContainerNetwork().withAliases(name))
                .exec();
    }

    private Mount data() {
        Mount mount = new Mount().withTarget(DATA);
        return hostDirectory == null
                ? mount.withType(MountType.VOLUME).withSource(volume)
                : mount.withType(MountType.BIND).withSource(hostDirectory);
    }

    /** The engine chooses another port whenever it publishes one. */
    private void readMapping() {
        Ports.Binding[] bindings = getCurrentContainerInfo()
                .getNetworkSettings()
                .getPorts()
                .getBindings()
                .get(ExposedPort.tcp(PORT));
        if (bindings != null && bindings.length > 0) {
            mapped = getHost() + ":" + bindings[0].getHostPortSpec();
        }
    }

    private void confine(CreateContainerCmd command) {
        HostConfig host = Objects.requireNonNull(command.getHostConfig());
        host.withReadonlyRootfs(true)
                .withCapDrop(Capability.ALL)
                .withSecurityOpts(new ArrayList<>(List.of("no-new-privileges")))
                .withMemory(memoryBytes)
                .withMounts(List.of(data()));
        // Who waits for it asks it; a JVM every few seconds for each container is too much for a test.
        command.withHealthcheck(new HealthCheck().withTest(List.of("NONE")));
    }
}
