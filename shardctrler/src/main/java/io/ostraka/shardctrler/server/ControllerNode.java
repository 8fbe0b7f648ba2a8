package io.ostraka.shardctrler.server;

import io.grpc.BindableService;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.host.AddressBook;
import io.ostraka.raft.runtime.host.Clock;
import io.ostraka.raft.runtime.host.DamagedReplicaException;
import io.ostraka.raft.runtime.host.ReplicaHost;
import io.ostraka.raft.runtime.host.TimedWorker;
import io.ostraka.raft.runtime.host.Workers;
import io.ostraka.raft.runtime.storage.Disk;
import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.runtime.storage.FatalListener;
import io.ostraka.raft.runtime.storage.LogStore;
import io.ostraka.raft.runtime.storage.NodeDirectory;
import io.ostraka.raft.runtime.storage.NodeDirectoryException;
import io.ostraka.raft.runtime.storage.ReplicaRecovery;
import io.ostraka.raft.runtime.transport.Connector;
import io.ostraka.shardctrler.watch.ConfigFeed;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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

    private final TimedWorker executor;
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
     * @param workers makes the controller's thread
     * @param host the Raft host, started
     * @param addresses where nodes listen; learns of the controllers here
     * @param clock the host's clock
     * @param connect makes a connection to the process at an address
     * @param fatal is told when the controller could not be founded: at the next start it is tried again
     */
    public record Parts(
            NodeDirectory directory,
            Disk disk,
            LogStore log,
            SortedMap<ReplicaId, ReplicaRecovery> recovered,
            Workers workers,
            ReplicaHost host,
            AddressBook addresses,
            Clock clock,
            Connector connect,
            FatalListener fatal) {}

    private ControllerNode(Parts parts, String address) throws DiskException {
        host = parts.host();
        executor = parts.workers().timed("ostraka-controller");
        watches = new WatchHub(this::execute, this::feed);
        founding = new Founding(parts, address, this::execute, this::changed);
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
        ControllerNode node = new ControllerNode(parts, address);
        try {
            node.founding.resume();
        } catch (DiskException | NodeDirectoryException | DamagedReplicaException | RuntimeException e) {
            node.executor.close(TimedWorker.Ending.DROPS_ALL, 0);
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
        if (!executor.close(TimedWorker.Ending.DOES_WHAT_IS_DUE, CLOSE_SECONDS_MAX)) {
            LOG.warn("the controller's thread did not end within {} s", CLOSE_SECONDS_MAX);
        }
        Replica replica = founding.replica();
        try {
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

    private void repeat(Runnable task, long everyMillis) {
        executor.repeat(guarded(task), TimeUnit.MILLISECONDS.toNanos(everyMillis));
    }

    private void execute(Runnable task) {
        later(task, 0);
    }

    private void later(Runnable task, long afterMillis) {
        executor.schedule(guarded(task), TimeUnit.MILLISECONDS.toNanos(afterMillis));
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
}
