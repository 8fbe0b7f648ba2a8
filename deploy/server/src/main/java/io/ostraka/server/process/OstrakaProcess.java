package io.ostraka.server.process;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.util.MutableHandlerRegistry;
import io.ostraka.raft.core.NodeId;
import io.ostraka.raft.runtime.host.AddressBook;
import io.ostraka.raft.runtime.host.Clock;
import io.ostraka.raft.runtime.host.DamagedReplicaException;
import io.ostraka.raft.runtime.host.RaftHost;
import io.ostraka.raft.runtime.host.SystemClock;
import io.ostraka.raft.runtime.host.ThreadWorkers;
import io.ostraka.raft.runtime.host.Workers;
import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.runtime.storage.FileDisk;
import io.ostraka.raft.runtime.storage.LogObserver;
import io.ostraka.raft.runtime.storage.LogPin;
import io.ostraka.raft.runtime.storage.LogThread;
import io.ostraka.raft.runtime.storage.NodeDirectory;
import io.ostraka.raft.runtime.storage.NodeDirectoryException;
import io.ostraka.raft.runtime.storage.Recovery;
import io.ostraka.raft.runtime.storage.SharedLog;
import io.ostraka.raft.runtime.transport.Connector;
import io.ostraka.raft.runtime.transport.GrpcRaftService;
import io.ostraka.raft.runtime.transport.GrpcSnapshots;
import io.ostraka.raft.runtime.transport.GrpcTransport;
import io.ostraka.raft.runtime.transport.NetworkThreads;
import io.ostraka.raft.runtime.transport.NodeIdentity;
import io.ostraka.raft.runtime.transport.TransportOptions;
import io.ostraka.server.config.HostPort;
import io.ostraka.server.config.ProcessOptions;
import io.ostraka.server.config.ProcessOptions.Role;
import io.ostraka.shardctrler.server.ControllerNode;
import io.ostraka.shardkv.server.ShardKvNode;
import io.ostraka.shardkv.store.RocksKvStore;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running server: a data directory, an address, one shared log and one Raft host, and on them a controller replica,
 * a node, or both. What was opened last is closed first.
 *
 * <p>A planned end is {@link #stop}: what this process leads goes to others first, so that clients wait for a hand-over
 * and not for an election.
 *
 * <p>A failure from which the process cannot go on (a disk that fails, a broken store) ends it: nothing more is
 * answered, {@link #awaitEnd} returns 1. Its peers carry on.
 */
public final class OstrakaProcess implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OstrakaProcess.class);
    private static final String STORE_FOLDER = "store";
    private static final long SERVER_STOP_SECONDS = 2;
    /** Further ones wait at their caller. A client needs a few, a node one for each shard that it imports from here. */
    private static final int CALLS_PER_CONNECTION_MAX = 1_024;
    /** After which a connection is given up whose other side answers no ping: it lost its power or its network. */
    private static final int KEEP_ALIVE_TIMEOUT_SECONDS = 5;

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final ProcessOptions options;
    private final Clock clock = new SystemClock();
    private final Workers workers = new ThreadWorkers();
    private final RandomGenerator random =
            RandomGeneratorFactory.of("L64X128MixRandom").create();
    private final AddressBook addresses = new AddressBook();
    private final MutableHandlerRegistry services = new MutableHandlerRegistry();
    private final AtomicReference<@Nullable RaftHost> startedHost = new AtomicReference<>();
    private final AtomicReference<@Nullable ShardKvNode> startedNode = new AtomicReference<>();
    private final CompletableFuture<Integer> end = new CompletableFuture<>();
    private final Deque<Closing> closings = new ArrayDeque<>();
    private HostPort address;

    /** Closes one part. */
    @FunctionalInterface
    private interface Closing {
        void close() throws Exception;
    }

    private OstrakaProcess(ProcessOptions options) {
        this.options = options;
        this.address = options.advertise();
    }

    /**
     * Opens the data directory, listens, and takes part.
     *
     * @throws ProcessException if anything of that fails; what was opened is closed again
     */
    public static OstrakaProcess start(ProcessOptions options) {
        OstrakaProcess process = new OstrakaProcess(options);
        try {
            process.open();
            return process;
        } catch (DiskException | NodeDirectoryException | DamagedReplicaException e) {
            process.close();
            throw new ProcessException(String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            process.close();
            throw new ProcessException(
                    "cannot listen on " + options.listen() + ": " + cause(e)
                            + "; end the process that has the port, or set another 'listen'",
                    e);
        } catch (RuntimeException e) {
            process.close();
            throw e;
        }
    }

    private void open() throws DiskException, NodeDirectoryException, DamagedReplicaException, IOException {
        FileDisk disk = FileDisk.at(options.data());
        NodeDirectory directory = opened(NodeDirectory.open(disk, random), NodeDirectory::close);
        Recovery recovery = SharedLog.open(disk, Tuning.log(options));
        recovery.damage().forEach(damage -> LOG.error("the log is damaged: {}", damage));
        if (!recovery.tail().isEmpty()) {
            LOG.info("log: {}", recovery.tail());
        }
        NetworkThreads network = opened(NetworkThreads.start(Tuning.networkThreads()), NetworkThreads::close);
        LogThread log =
                opened(LogThread.start(recovery.log(), clock::nanoTime, new Pins(), this::fatal), LogThread::close);
        // Closed after the host: its state machines write to the store until then.
        @Nullable RocksKvStore store = options.roles().contains(Role.NODE) ? openStore(disk) : null;
        // Waited for after the transport, whose streams it carries; it takes nothing new long before that.
        ServerEnd serverEnd = opened(new ServerEnd(), ServerEnd::await);
        Connector connector = network.connector(TransportOptions.DEFAULT);
        NodeId node = directory.nodeId();
        NodeIdentity identity = new NodeIdentity(directory::clusterId, node, directory.startCounter());
        GrpcTransport transport = opened(
                new GrpcTransport(identity, addresses, clock, connector, TransportOptions.DEFAULT, random.nextLong()),
                GrpcTransport::close);
        GrpcSnapshots snapshots = new GrpcSnapshots(transport, addresses, clock, workers, TransportOptions.DEFAULT);
        RaftHost host = opened(
                new RaftHost(
                        new RaftHost.Ports(
                                clock,
                                workers,
                                List.of(network.loop()),
                                log,
                                transport,
                                snapshots,
                                addresses,
                                this::groupFailed,
                                this::fatal),
                        Tuning.host(options, random.nextLong())),
                RaftHost::close);
        // Closed before the host, whose replicas take back the views of their stores that are being sent.
        opened(snapshots, GrpcSnapshots::close);
        host.start();
        startedHost.set(host);
        services.addService(new GrpcRaftService(transport, snapshots));
        Server server = listen(network);
        serverEnd.server = server;
        address =
                options.advertise().port() == 0 ? options.advertise().withPort(server.getPort()) : options.advertise();
        addresses.setAddress(node, InetSocketAddress.createUnresolved(address.host(), address.port()));
        Parts parts = new Parts(disk, directory, recovery, connector, log, host);
        if (options.roles().contains(Role.CONTROLLER)) {
            openController(parts);
        }
        if (store != null) {
            openNode(parts, store);
        }
        closings.push(server::shutdown);
        LOG.info("node {} listens on {} as {}", node, address, options.roles());
    }

    /** What both roles stand on. */
    private record Parts(
            FileDisk disk,
            NodeDirectory directory,
            Recovery recovery,
            Connector connector,
            LogThread log,
            RaftHost host) {}

    private void openController(Parts parts) throws DiskException, NodeDirectoryException, DamagedReplicaException {
        ControllerNode controller = opened(
                ControllerNode.open(
                        new ControllerNode.Parts(
                                parts.directory(),
                                parts.disk(),
                                parts.log(),
                                parts.recovery().replicas(),
                                workers,
                                parts.host(),
                                addresses,
                                clock,
                                parts.connector(),
                                this::fatal),
                        address.toString()),
                ControllerNode::close);
        offer(controller.services());
    }

    private RocksKvStore openStore(FileDisk disk) throws DiskException {
        // RocksDB syncs what is in its folder, and not the folder's name; and by what it has, the log is given back.
        disk.createFolder(STORE_FOLDER);
        return opened(
                RocksKvStore.open(options.data().resolve(STORE_FOLDER), Tuning.store(options), this::fatal),
                RocksKvStore::close);
    }

    private void openNode(Parts parts, RocksKvStore store) {
        Path directory = options.data();
        ShardKvNode node = opened(
                new ShardKvNode(
                        new ShardKvNode.Parts(
                                parts.directory(),
                                parts.disk(),
                                workers,
                                parts.host(),
                                parts.log(),
                                new DirectorySize(directory.resolve("log")),
                                store,
                                addresses,
                                parts.connector(),
                                clock,
                                random),
                        new ShardKvNode.Settings(address.toString(), controllers(), Tuning.node(options)),
                        parts.recovery(),
                        this::fatal),
                ShardKvNode::close);
        startedNode.set(node);
        offer(node.services());
        node.start();
    }

    private List<String> controllers() {
        return options.controllers().isEmpty()
                ? List.of(address.toString())
                : options.controllers().stream().map(HostPort::toString).toList();
    }

    private Server listen(NetworkThreads network) throws IOException {
        return network.server(new InetSocketAddress(
                        options.listen().host(), options.listen().port()))
                .fallbackHandlerRegistry(services)
                .maxInboundMessageSize(TransportOptions.MESSAGE_BYTES_MAX)
                .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION_MAX)
                .permitKeepAliveWithoutCalls(true)
                .permitKeepAliveTime(1, TimeUnit.SECONDS)
                .keepAliveTime(TransportOptions.KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEP_ALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .build()
                .start();
    }

    /** Waits until the streams of the server have ended, and ends those that do not. */
    private static final class ServerEnd {
        private @Nullable Server server;

        void await() throws InterruptedException {
            Server ending = server;
            if (ending != null && !ending.shutdown().awaitTermination(SERVER_STOP_SECONDS, TimeUnit.SECONDS)) {
                ending.shutdownNow().awaitTermination(SERVER_STOP_SECONDS, TimeUnit.SECONDS);
            }
        }
    }

    private void offer(List<BindableService> offered) {
        offered.forEach(services::addService);
    }

    private <T> T opened(T part, PartClosing<T> closing) {
        closings.push(() -> closing.close(part));
        return part;
    }

    /** Closes a part of a known type. */
    @FunctionalInterface
    private interface PartClosing<T> {
        void close(T part) throws Exception;
    }

    private void groupFailed(io.ostraka.raft.runtime.storage.ReplicaDescriptor replica, Throwable cause) {
        LOG.error(
                "replica {} of group {} has stopped, the others go on: {}",
                replica.replica(),
                replica.group(),
                cause.getMessage(),
                cause);
    }

    private void fatal(Throwable failure) {
        LOG.error("this process cannot go on: {}", failure.getMessage(), failure);
        end.complete(1);
    }

    /** The address under which others reach the process. */
    public HostPort address() {
        return address;
    }

    /** Waits until the process was closed (0) or failed (1); the caller then ends the program. */
    public int awaitEnd() {
        return end.join();
    }

    /**
     * Ends the process as its clients like it: hands what it leads to others, answers what it has taken, and closes.
     * The first two take at most the time that is set ({@code shutdown-grace-millis}); whatever is not done by then is
     * left to an election.
     */
    public void stop() {
        RaftHost host = startedHost.get();
        ShardKvNode node = startedNode.get();
        long graceMillis = options.shutdownGrace().toMillis();
        if (host != null && graceMillis > 0) {
            long deadlineNanos = clock.nanoTime() + graceMillis * NANOS_PER_MILLI;
            LOG.info("stopping: what this process leads goes to others, for at most {} ms", graceMillis);
            if (node != null) {
                node.takeNoMoreClients();
            }
            awaitUntil(host.handOverLeadership(), deadlineNanos, "leadership of some groups was not handed over");
            if (node != null) {
                awaitUntil(node.dismissClients(), deadlineNanos, "some requests were not answered");
            }
        }
        close();
    }

    private void awaitUntil(CompletableFuture<Void> done, long deadlineNanos, String otherwise) {
        try {
            done.get(Math.max(0, deadlineNanos - clock.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("the time to stop in is over: {}", otherwise);
        }
    }

    /**
     * Stops listening, ends the parts in the reverse order of their opening, and waits for each. Nothing is flushed:
     * the log has what the store lacks.
     */
    @Override
    public synchronized void close() {
        while (!closings.isEmpty()) {
            try {
                closings.pop().close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                LOG.warn("a part was not closed cleanly: {}", e.getMessage(), e);
            }
        }
        end.complete(0);
    }

    private static String cause(IOException e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        // Without what the network library puts before the system's own words.
        return String.valueOf(cause.getMessage()).replaceFirst("^.*error\\(-?\\d+\\): ", "");
    }

    /** Has the host flush what keeps the log from giving back its oldest segment. */
    private final class Pins implements LogObserver {
        @Override
        public void forced(long latencyNanos, long bytes, int writes) {}

        @Override
        public void pinned(List<LogPin> pins) {
            RaftHost host = startedHost.get();
            if (host != null) {
                host.unpin(pins);
            }
        }
    }
}
