package io.ostraka.shardkv.server.cluster;

import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.util.MutableHandlerRegistry;
import io.ostraka.proto.Limits;
import io.ostraka.proto.node.NodeServiceGrpc;
import io.ostraka.proto.node.NodeStatusRequest;
import io.ostraka.proto.node.ReplicaStatus;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.RaftConfig;
import io.ostraka.raft.runtime.host.AddressBook;
import io.ostraka.raft.runtime.host.Clock;
import io.ostraka.raft.runtime.host.HostOptions;
import io.ostraka.raft.runtime.host.RaftHost;
import io.ostraka.raft.runtime.host.SystemClock;
import io.ostraka.raft.runtime.host.ThreadWorkers;
import io.ostraka.raft.runtime.storage.FileDisk;
import io.ostraka.raft.runtime.storage.LogObserver;
import io.ostraka.raft.runtime.storage.LogOptions;
import io.ostraka.raft.runtime.storage.LogThread;
import io.ostraka.raft.runtime.storage.NodeDirectory;
import io.ostraka.raft.runtime.storage.Recovery;
import io.ostraka.raft.runtime.storage.SharedLog;
import io.ostraka.raft.runtime.transport.GrpcRaftService;
import io.ostraka.raft.runtime.transport.GrpcSnapshots;
import io.ostraka.raft.runtime.transport.GrpcTransport;
import io.ostraka.raft.runtime.transport.NetworkThreads;
import io.ostraka.raft.runtime.transport.NodeIdentity;
import io.ostraka.raft.runtime.transport.TransportOptions;
import io.ostraka.shardkv.server.NodeOptions;
import io.ostraka.shardkv.server.ShardKvNode;
import io.ostraka.shardkv.store.KvCursor;
import io.ostraka.shardkv.store.KvStore;
import io.ostraka.shardkv.store.RocksKvStore;
import io.ostraka.shardkv.store.StoreBatch;
import io.ostraka.shardkv.store.StoreOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;

/** A node as a process would wire it, on a port that the system gives. */
final class TestNode implements AutoCloseable {

    static final long CLUSTER = 77;

    private final List<Throwable> broken = new CopyOnWriteArrayList<>();
    private final NodeDirectory directory;
    private final NetworkThreads network = NetworkThreads.start(1);
    private final LogThread log;
    private final RocksKvStore store;
    private final GrpcTransport transport;
    private final GrpcSnapshots snapshots;
    private final Server server;
    private final RaftHost host;
    private final ShardKvNode node;

    TestNode(Path data, List<String> controllers, int seed) throws Exception {
        this(data, controllers, seed, NodeOptions.defaults());
    }

    TestNode(Path data, List<String> controllers, int seed, NodeOptions options) throws Exception {
        Clock clock = new SystemClock();
        FileDisk disk = FileDisk.at(data);
        directory = NodeDirectory.open(disk, new SplittableRandom(seed));
        directory.joinCluster(CLUSTER);
        Recovery recovery = SharedLog.open(disk, LogOptions.DEFAULT.withSegmentBytes(4 << 20));
        log = LogThread.start(recovery.log(), clock::nanoTime, LogObserver.NONE, broken::add);
        store = RocksKvStore.open(data.resolve("store"), StoreOptions.defaults(), broken::add);
        AddressBook addresses = new AddressBook();
        transport = new GrpcTransport(
                new NodeIdentity(CLUSTER, directory.nodeId(), directory.startCounter()),
                addresses,
                clock,
                network.connector(TransportOptions.DEFAULT),
                TransportOptions.DEFAULT,
                seed);
        snapshots = new GrpcSnapshots(transport, addresses, clock, new ThreadWorkers(), TransportOptions.DEFAULT);
        MutableHandlerRegistry services = new MutableHandlerRegistry();
        services.addService(new GrpcRaftService(transport, snapshots));
        server = network.server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .maxInboundMessageSize(TransportOptions.MESSAGE_BYTES_MAX)
                .fallbackHandlerRegistry(services)
                .build()
                .start();
        host = new RaftHost(
                new RaftHost.Ports(
                        clock,
                        new ThreadWorkers(),
                        List.of(network.loop()),
                        log,
                        transport,
                        snapshots,
                        addresses,
                        (_, cause) -> broken.add(cause),
                        broken::add),
                HostOptions.defaults(RaftConfig.defaults().withTimings(50, 600, 1200), seed));
        host.start();
        node = new ShardKvNode(
                new ShardKvNode.Parts(
                        directory,
                        disk,
                        new ThreadWorkers(),
                        host,
                        log,
                        () -> 0,
                        store,
                        addresses,
                        TestNode::connect,
                        clock,
                        new SplittableRandom(seed + 1000)),
                new ShardKvNode.Settings(address(), controllers, options),
                recovery,
                broken::add);
        for (BindableService service : node.services()) {
            services.addService(service);
        }
        node.start();
    }

    static ManagedChannel connect(String address) {
        return NettyChannelBuilder.forTarget(address)
                .usePlaintext()
                .directExecutor()
                .maxInboundMessageSize(Limits.MESSAGE_BYTES_MAX)
                .build();
    }

    String address() {
        return "127.0.0.1:" + server.getPort();
    }

    long id() {
        return directory.nodeId().value();
    }

    /** How many replicas the data directory holds. */
    int replicas() {
        return directory.replicas().size();
    }

    /** What it says of its replicas, as anyone would be told. */
    List<ReplicaStatus> status() {
        ManagedChannel channel = connect(address());
        try {
            return NodeServiceGrpc.newBlockingStub(channel)
                    .status(NodeStatusRequest.getDefaultInstance())
                    .getReplicasList();
        } finally {
            channel.shutdownNow();
        }
    }

    /** Changes bytes in its store, below everything that could notice; how many rows had them. */
    int corrupt(String found, String replacement) {
        return corrupt(store, found, replacement);
    }

    /** The same with a node that does not run. */
    static int corrupt(Path data, String found, String replacement) {
        try (RocksKvStore stopped = RocksKvStore.open(data.resolve("store"), StoreOptions.defaults(), broken -> {})) {
            return corrupt(stopped, found, replacement);
        }
    }

    private static int corrupt(KvStore rows, String found, String replacement) {
        StoreBatch changes = new StoreBatch();
        try (KvCursor cursor = rows.scan(Bytes.EMPTY, Bytes.wrap(new byte[] {-1}))) {
            while (cursor.next()) {
                String row = new String(cursor.value().toByteArray(), StandardCharsets.ISO_8859_1);
                if (row.contains(found)) {
                    byte[] changed = row.replace(found, replacement).getBytes(StandardCharsets.ISO_8859_1);
                    changes.put(cursor.key(), Bytes.wrap(changed));
                }
            }
        }
        rows.write(changes);
        return changes.changes().size();
    }

    /** What should have stopped the process; empty if all is well. */
    List<Throwable> broken() {
        return broken;
    }

    @Override
    public void close() throws Exception {
        server.shutdownNow();
        node.close();
        host.close();
        snapshots.close();
        transport.close();
        log.close();
        store.close();
        directory.close();
        network.close();
    }
}
