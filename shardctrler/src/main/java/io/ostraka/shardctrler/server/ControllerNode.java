package io.ostraka.shardctrler.server;

import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.host.AddressBook;
import io.ostraka.raft.runtime.host.Clock;
import io.ostraka.raft.runtime.host.DamagedReplicaException;
import io.ostraka.raft.runtime.host.RaftGroup;
import io.ostraka.raft.runtime.host.RaftHost;
import io.ostraka.raft.runtime.statemachine.StateMachine;
import io.ostraka.raft.runtime.storage.Disk;
import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.runtime.storage.LogStore;
import io.ostraka.raft.runtime.storage.NodeDirectory;
import io.ostraka.raft.runtime.storage.NodeDirectoryException;
import io.ostraka.raft.runtime.storage.ReplicaDescriptor;
import io.ostraka.raft.runtime.storage.ReplicaRecovery;
import io.ostraka.shardctrler.watch.ConfigFeed;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The controller's part of a process: its replica in the process's Raft host, once the cluster is founded, and the gRPC
 * service that it is asked through. Safe for any thread.
 */
public final class ControllerNode implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ControllerNode.class);
    private static final long KEEP_ALIVE_MILLIS = 1_000;
    private static final long FOUNDING_MILLIS = 50;
    private static final long LEVEL_MILLIS = 2_000;
    private static final long CLOSE_SECONDS_MAX = 10;

    private final ScheduledThreadPoolExecutor executor;
    private final ReplicaHost host;
    private final Founding founding;
    private final WatchHub watches;
    private final ControllerService service;
    private final LevelRaising levels;

    /**
     * What a controller shares with the rest of its process.
     *
     * @param directory the data directory's identity and replicas
     * @param disk the data directory's files; the controller's own are in a folder of it
     * @param log the shared log, for the first write of a new replica
     * @param recovered what the log held of each replica when the process started
     * @param host the Raft host, started
     * @param addresses where nodes listen; learns of the controllers here
     * @param clock the host's clock
     * @param connect makes a connection to the process at an address
     */
    public record Parts(
            NodeDirectory directory,
            Disk disk,
            LogStore log,
            SortedMap<ReplicaId, ReplicaRecovery> recovered,
            RaftHost host,
            AddressBook addresses,
            Clock clock,
            Function<String, ManagedChannel> connect) {}

    private ControllerNode(Parts parts, ReplicaHost host, String address) throws DiskException {
        this.host = host;
        executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "ostraka-controller");
            thread.setDaemon(true);
            return thread;
        });
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        watches = new WatchHub(this::execute, this::feed);
        founding = new Founding(parts, host, address, this::execute, this::changed);
        Requests requests = new Requests(this::execute);
        service = new ControllerService(founding, requests, watches, parts.clock()::nanoTime);
        levels = new LevelRaising(founding, requests, parts.directory().nodeId(), parts.connect(), this::execute);
    }

    /**
     * Opens the controller of a data directory: one that was founded takes part from now on, another waits to be
     * founded.
     *
     * @param address the address of this process, {@code host:port}, for status
     * @throws NodeDirectoryException if what the directory holds is damaged, or a newer version wrote it
     * @throws DamagedReplicaException if the log lacks what the replica had made durable
     */
    public static ControllerNode open(Parts parts, String address)
            throws DiskException, NodeDirectoryException, DamagedReplicaException {
        return open(parts, new HostedReplica(parts.host()), address);
    }

    static ControllerNode open(Parts parts, ReplicaHost host, String address)
            throws DiskException, NodeDirectoryException, DamagedReplicaException {
        ControllerNode node = new ControllerNode(parts, host, address);
        try {
            node.founding.resume();
        } catch (DiskException | NodeDirectoryException | DamagedReplicaException | RuntimeException e) {
            node.executor.shutdownNow();
            throw e;
        }
        node.execute(node::found);
        node.repeat(node::keepAlive, KEEP_ALIVE_MILLIS);
        node.repeat(node.levels::look, LEVEL_MILLIS);
        return node;
    }

    /** The services to add to the process's gRPC server. */
    public List<BindableService> services() {
        return List.of(service);
    }

    /** Whether this controller knows that the cluster is founded. */
    public boolean isInitialised() {
        Replica replica = founding.replica();
        return replica != null && replica.published().state().isInitialised();
    }

    /**
     * Ends all watches and closes the replica without flushing it; waits for both, at most a few seconds. The Raft
     * host, the log and the data directory stay open. Close it before them, and after the gRPC server.
     */
    @Override
    public void close() {
        execute(watches::close);
        executor.shutdown();
        Replica replica = founding.replica();
        try {
            if (!executor.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
                LOG.warn("the controller's thread did not end within {} s", CLOSE_SECONDS_MAX);
            }
            if (replica != null) {
                host.close(replica.group().descriptor().replica()).get(CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("the controller's replica was not closed cleanly", e);
        }
    }

    private ConfigFeed feed() {
        Replica replica = founding.replica();
        return replica == null ? ConfigFeed.of(null) : replica.published().feed();
    }

    /** Called by the apply thread, too: it only queues. */
    private void changed() {
        watches.published();
        execute(founding::refreshAddresses);
    }

    /** Looks again and again whether this controller is to found the cluster, until somebody has. */
    private void found() {
        founding.proposeFounding();
        if (!isInitialised()) {
            later(this::found, FOUNDING_MILLIS);
        }
    }

    private void keepAlive() {
        Replica replica = founding.replica();
        watches.keepAlive(replica != null && replica.hasLeader());
    }

    /** The task never fails, and ends with the executor, so nobody asks its future. */
    @SuppressWarnings("FutureReturnValueIgnored")
    private void repeat(Runnable task, long everyMillis) {
        executor.scheduleWithFixedDelay(guarded(task), everyMillis, everyMillis, TimeUnit.MILLISECONDS);
    }

    private void execute(Runnable task) {
        later(task, 0);
    }

    @SuppressWarnings("FutureReturnValueIgnored")
    private void later(Runnable task, long afterMillis) {
        try {
            executor.schedule(guarded(task), afterMillis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("dropped after the controller was closed", e);
        }
    }

    /** One failure must not end the thread's other duties; it is a defect, so it is reported in full. */
    private static Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.error("a task of the controller failed", e);
            }
        };
    }

    /** The controller's replica in the process's Raft host. */
    private record HostedReplica(RaftHost raft) implements ReplicaHost {

        @Override
        public <R> RaftGroup<R> open(ReplicaDescriptor descriptor, ReplicaRecovery found, StateMachine<R> machine)
                throws DamagedReplicaException {
            return raft.open(descriptor, found, machine);
        }

        @Override
        public CompletableFuture<Void> close(ReplicaId replica) {
            return raft.close(replica);
        }
    }
}
