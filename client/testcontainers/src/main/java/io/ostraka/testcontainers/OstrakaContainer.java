package io.ostraka.testcontainers;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HealthCheck;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Ports;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/**
 * One process of a cluster: a node, unless told to be a controller. It has its peers on a network of their own, where
 * it is found under its name, and is reached from outside by a mapped port on another one; so it can be cut off from
 * its peers while the test still reaches it. It runs as in production: on a read-only root file system, without any
 * capability.
 *
 * <p>A process that was killed or stopped keeps its data until the container is closed. Not thread-safe but for
 * {@link #mappedAddress}.
 */
public final class OstrakaContainer extends GenericContainer<OstrakaContainer> {

    /** The image that is used unless another one is named; {@code deploy/docker/build} makes it. */
    public static final String DEFAULT_IMAGE = "ostraka:latest";

    private static final int PORT = 7100;
    private static final long DEFAULT_MEMORY_BYTES = 512L << 20;
    private static final Duration START_TIMEOUT = Duration.ofMinutes(2);

    private static final String READY = ".*ready on .*\\n";
    private static final List<String> PROGRAM = List.of(
            "/opt/ostraka/runtime/bin/java",
            "@/opt/ostraka/conf/command.jvm",
            "@/opt/ostraka/conf/image.jvm",
            "-Dostraka.log.level=error",
            "io.ostraka.server.Main");

    private final String name;
    private final Network peers;
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
                .withMemory(memoryBytes);
        // Who waits for it asks it; a JVM every few seconds for each container is too much for a test.
        command.withHealthcheck(new HealthCheck().withTest(List.of("NONE")));
    }
}
