package io.ostraka.it.system;

import io.ostraka.raft.core.NodeId;
import io.ostraka.raft.runtime.host.AddressBook;
import io.ostraka.raft.runtime.host.DamagedReplicaException;
import io.ostraka.raft.runtime.host.HostOptions;
import io.ostraka.raft.runtime.host.RaftHost;
import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.runtime.storage.LogStore;
import io.ostraka.raft.runtime.storage.NodeDirectory;
import io.ostraka.raft.runtime.storage.NodeDirectoryException;
import io.ostraka.raft.runtime.storage.Recovery;
import io.ostraka.raft.runtime.storage.SharedLog;
import io.ostraka.raft.runtime.transport.GrpcRaftService;
import io.ostraka.raft.runtime.transport.GrpcSnapshots;
import io.ostraka.raft.runtime.transport.GrpcTransport;
import io.ostraka.raft.runtime.transport.NodeIdentity;
import io.ostraka.raft.runtime.transport.TransportOptions;
import io.ostraka.shardctrler.server.ControllerNode;
import io.ostraka.shardkv.server.ShardKvNode;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One life of a server: the parts of production's process, put together in the same way, over simulated threads,
 * network, disk and store.
 */
final class Server {

    private final NodeDirectory directory;
    private final WitnessedHost host;
    private final @Nullable ControllerNode controller;
    private final @Nullable ShardKvNode node;

    private Server(
            NodeDirectory directory,
            WitnessedHost host,
            @Nullable ControllerNode controller,
            @Nullable ShardKvNode node) {
        this.directory = directory;
        this.host = host;
        this.controller = controller;
        this.node = node;
    }

    /** Opens the data directory, listens, and takes part. */
    static Server start(SystemWorld world, Machine machine, Life life)
            throws DiskException, NodeDirectoryException, DamagedReplicaException {
        return new Opening(world, machine, life).open();
    }

    NodeId nodeId() {
        return directory.nodeId();
    }

    WitnessedHost host() {
        return host;
    }

    @Nullable
    ShardKvNode node() {
        return node;
    }

    @Nullable
    ControllerNode controller() {
        return controller;
    }

    /** What a start needs at hand. */
    private static final class Opening {

        private final SystemWorld world;
        private final Machine machine;
        private final Life life;
        private final RandomGenerator random;
        private final SimulatedThreads threads;
        private final SimulatedThreads.Queued loop;
        private final LifeClock clock;
        private final AddressBook addresses = new AddressBook();
        private final LifeConnector connector;

        Opening(SystemWorld world, Machine machine, Life life) {
            this.world = world;
            this.machine = machine;
            this.life = life;
            this.random = new SplittableRandom(machine.dice().random().nextLong());
            this.threads = new SimulatedThreads(
                    life,
                    machine.dice(),
                    world.swarm().stallRate(),
                    world.swarm().stallNanosMax());
            this.loop = threads.thread();
            this.clock = new LifeClock(
                    world.queue(),
                    random.nextLong() >> 14,
                    machine.clockSpeed(),
                    world.queue().nowNanos());
            this.connector = new LifeConnector(world.wires(), new WireChannel.Owner(machine.index(), life, loop));
        }

        Server open() throws DiskException, NodeDirectoryException, DamagedReplicaException {
            NodeDirectory directory = NodeDirectory.open(machine.disk(), random);
            Recovery recovery = SharedLog.open(machine.disk(), world.swarm().log());
            if (!recovery.damage().isEmpty()) {
                machine.findsDamage(recovery.damage().toString());
            }
            List<RaftHost> hosts = new ArrayList<>();
            LogStore log = new MachineLog(
                    life, recovery.log(), machine::forceNanos, pins -> hosts.forEach(started -> started.unpin(pins)));
            NodeIdentity identity =
                    new NodeIdentity(directory::clusterId, directory.nodeId(), directory.startCounter());
            GrpcTransport transport = new GrpcTransport(
                    identity, addresses, clock, connector, TransportOptions.DEFAULT, random.nextLong());
            GrpcSnapshots snapshots = new GrpcSnapshots(transport, addresses, clock, threads, TransportOptions.DEFAULT);
            RaftHost raft = new RaftHost(
                    new RaftHost.Ports(
                            clock,
                            threads,
                            List.of(loop),
                            log,
                            transport,
                            snapshots,
                            addresses,
                            (replica, cause) -> world.failed(life, machine, replica + " has stopped", cause),
                            cause -> world.ended(life, machine, "the process cannot go on", cause)),
                    options());
            hosts.add(raft);
            raft.start();
            WitnessedHost host = new WitnessedHost(world, machine, raft);
            ServedMethods methods = new ServedMethods(loop);
            methods.offer(new GrpcRaftService(transport, snapshots));
            addresses.setAddress(directory.nodeId(), at(machine.address()));
            ControllerNode controller =
                    machine.roles().controller() ? controller(directory, recovery, log, host) : null;
            ShardKvNode node = machine.roles().node() ? node(directory, recovery, log, host) : null;
            if (controller != null) {
                controller.services().forEach(methods::offer);
            }
            if (node != null) {
                node.services().forEach(methods::offer);
                node.start();
            }
            world.wires().listen(machine.address(), new Wires.Listening(machine.index(), life, methods));
            return new Server(directory, host, controller, node);
        }

        private HostOptions options() {
            HostOptions drawn = world.swarm().host();
            return new HostOptions(
                    drawn.raft(),
                    drawn.tickNanos(),
                    drawn.queuedBytesMax(),
                    drawn.unflushedBytesMax(),
                    drawn.retainedBytesMax(),
                    drawn.transferRetainedBytesMax(),
                    drawn.slowWriteNanos(),
                    drawn.diskRecoveryNanos(),
                    random.nextLong());
        }

        private static InetSocketAddress at(String address) {
            int colon = address.indexOf(':');
            return InetSocketAddress.createUnresolved(
                    address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
        }

        private ControllerNode controller(NodeDirectory directory, Recovery recovery, LogStore log, WitnessedHost host)
                throws DiskException, NodeDirectoryException, DamagedReplicaException {
            return ControllerNode.open(
                    new ControllerNode.Parts(
                            directory,
                            machine.disk(),
                            log,
                            recovery.replicas(),
                            threads,
                            host,
                            addresses,
                            clock,
                            connector,
                            cause -> world.ended(life, machine, "the controller cannot go on", cause)),
                    machine.address());
        }

        private ShardKvNode node(NodeDirectory directory, Recovery recovery, LogStore log, WitnessedHost host) {
            return new ShardKvNode(
                    new ShardKvNode.Parts(
                            directory,
                            machine.disk(),
                            threads,
                            host,
                            log,
                            () -> 0,
                            new MachineStore(machine.store(), machine),
                            addresses,
                            connector,
                            clock,
                            random),
                    new ShardKvNode.Settings(
                            machine.address(),
                            world.controllerAddresses(),
                            world.swarm().node()),
                    recovery,
                    cause -> world.ended(life, machine, "the node cannot go on", cause));
        }
    }
}
