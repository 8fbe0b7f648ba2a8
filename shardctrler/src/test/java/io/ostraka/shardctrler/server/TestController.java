package io.ostraka.shardctrler.server;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.ostraka.proto.controller.ControllerGrpc;
import io.ostraka.raft.core.NodeId;
import io.ostraka.raft.core.RaftConfig;
import io.ostraka.raft.runtime.host.AddressBook;
import io.ostraka.raft.runtime.host.HostOptions;
import io.ostraka.raft.runtime.host.PeerMessage;
import io.ostraka.raft.runtime.host.RaftHost;
import io.ostraka.raft.runtime.host.SystemClock;
import io.ostraka.raft.runtime.host.ThreadWorkers;
import io.ostraka.raft.runtime.host.Transport;
import io.ostraka.raft.runtime.host.TransportListener;
import io.ostraka.raft.runtime.snapshot.SnapshotListener;
import io.ostraka.raft.runtime.snapshot.SnapshotOffer;
import io.ostraka.raft.runtime.snapshot.SnapshotTransport;
import io.ostraka.raft.runtime.statemachine.SnapshotReader;
import io.ostraka.raft.runtime.storage.FileDisk;
import io.ostraka.raft.runtime.storage.LogObserver;
import io.ostraka.raft.runtime.storage.LogOptions;
import io.ostraka.raft.runtime.storage.LogThread;
import io.ostraka.raft.runtime.storage.NodeDirectory;
import io.ostraka.raft.runtime.storage.Recovery;
import io.ostraka.raft.runtime.storage.SharedLog;
import io.ostraka.raft.runtime.transport.NetworkThreads;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * A whole controller process in miniature: real files, log, host and gRPC service; the network is a map of its peers.
 */
final class TestController implements AutoCloseable {

    private final NodeDirectory directory;
    private final NetworkThreads network = NetworkThreads.start(1);
    private final LogThread log;
    private final RaftHost host;
    private final Loopback loopback;
    private final ControllerNode node;
    private final Server server;
    private final ManagedChannel channel;
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    /** Who can be reached, and whether the network is up. */
    static final class Network {

        private final Map<NodeId, TransportListener> nodes = new ConcurrentHashMap<>();
    }

    TestController(Path root, Network peers, String address) throws Exception {
        FileDisk disk = FileDisk.at(root);
        directory = NodeDirectory.open(disk, new SplittableRandom(address.hashCode()));
        Recovery recovery = SharedLog.open(disk, LogOptions.DEFAULT.withSegmentBytes(1 << 20));
        SystemClock clock = new SystemClock();
        log = LogThread.start(recovery.log(), clock::nanoTime, LogObserver.NONE, cause -> {});
        AddressBook addresses = new AddressBook();
        RaftConfig raft = RaftConfig.defaults().withTimings(50, 600, 1200);
        loopback = new Loopback(peers, directory.nodeId());
        host = new RaftHost(
                new RaftHost.Ports(
                        clock,
                        new ThreadWorkers(),
                        List.of(network.loop()),
                        log,
                        loopback,
                        new NoSnapshots(),
                        addresses,
                        (replica, cause) -> {},
                        cause -> {}),
                HostOptions.defaults(raft, address.hashCode()));
        host.start();
        node = ControllerNode.open(
                new ControllerNode.Parts(
                        directory,
                        disk,
                        log,
                        recovery.replicas(),
                        new ThreadWorkers(),
                        host,
                        addresses,
                        clock,
                        TestController::connect,
                        failures::add),
                address);
        InProcessServerBuilder builder = InProcessServerBuilder.forName(address).directExecutor();
        node.services().forEach(builder::addService);
        server = builder.build().start();
        channel = connect(address);
    }

    private static ManagedChannel connect(String address) {
        return InProcessChannelBuilder.forName(address).directExecutor().build();
    }

    ControllerGrpc.ControllerBlockingStub ask() {
        return ControllerGrpc.newBlockingStub(channel).withDeadlineAfter(2, TimeUnit.MINUTES);
    }

    ControllerGrpc.ControllerStub stream() {
        return ControllerGrpc.newStub(channel);
    }

    /** Why its process could not go on. */
    Queue<Throwable> failures() {
        return failures;
    }

    @Override
    public void close() throws Exception {
        channel.shutdownNow();
        server.shutdown();
        node.close();
        server.shutdownNow();
        loopback.close();
        host.close();
        log.close();
        network.close();
        directory.close();
    }

    private record Loopback(Network network, NodeId self) implements Transport {

        @Override
        public void start(TransportListener listener) {
            network.nodes.put(self, listener);
        }

        @Override
        public boolean send(NodeId to, PeerMessage message) {
            TransportListener listener = network.nodes.get(to);
            if (listener == null) {
                return false;
            }
            listener.received(self, List.of(message), () -> {});
            return true;
        }

        @Override
        public void flush() {}

        @Override
        public void close() {
            network.nodes.remove(self);
        }
    }

    private static final class NoSnapshots implements SnapshotTransport {

        @Override
        public void start(SnapshotListener listener) {}

        @Override
        public void send(NodeId to, SnapshotOffer offer, SnapshotReader reader, Outcome outcome) {
            outcome.ended(End.BROKEN);
        }

        @Override
        public void close() {}
    }
}
