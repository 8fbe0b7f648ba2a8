package io.ostraka.raft.runtime.storage;

import io.ostraka.raft.core.NodeId;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.storage.NodeDirectoryException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * A node's data directory: locked for this process, and carrying the node's identity and the descriptors of its
 * replicas. Each change is durable when the call returns, and happens wholly or not at all.
 *
 * <p>The shared log and the store live beside it, in folders of their own. Safe for any thread, since the controller
 * and the node in one process share it.
 */
public final class NodeDirectory implements AutoCloseable {

    private static final String LOCK = "lock";
    private static final String NODE = "node";
    private static final String REPLICAS = "replicas";

    private final Disk disk;
    private final DiskLock lock;
    private final TreeMap<ReplicaId, ReplicaDescriptor> replicas = new TreeMap<>();
    /** Read without the lock, which is held while the disk is written: the network must not wait for that. */
    private volatile NodeIdentity identity;

    private NodeDirectory(Disk disk, DiskLock lock, NodeIdentity identity) {
        this.disk = disk;
        this.lock = lock;
        this.identity = identity;
    }

    /**
     * Locks and opens a data directory, and counts this start. An empty one becomes a new node with a new random id.
     *
     * @throws DiskException if another process has it, or it cannot be read and written
     * @throws NodeDirectoryException if what it holds is damaged or too new
     */
    public static NodeDirectory open(Disk disk, RandomGenerator random) throws DiskException, NodeDirectoryException {
        DiskLock lock = disk.lock(LOCK);
        try {
            NodeIdentity identity = nextStart(disk, random);
            SealedText.write(disk, Disk.ROOT, NODE, identity.toText());
            disk.createFolder(REPLICAS);
            // A process that died before it synced left names that a loss of power would still undo.
            disk.syncDirectory(REPLICAS);
            disk.syncDirectory(Disk.ROOT);
            NodeDirectory directory = new NodeDirectory(disk, lock, identity);
            directory.readReplicas();
            return directory;
        } catch (DiskException | NodeDirectoryException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static NodeIdentity nextStart(Disk disk, RandomGenerator random)
            throws DiskException, NodeDirectoryException {
        if (disk.exists(NODE)) {
            return NodeIdentity.fromText(SealedText.read(disk, Disk.ROOT, NODE), disk.describe() + "/" + NODE)
                    .nextStart(random);
        }
        // Without its identity a directory that has been used must not pass for a new node: that would be amnesia.
        if (!disk.list(REPLICAS).isEmpty() || !disk.list(SegmentName.FOLDER).isEmpty()) {
            throw new NodeDirectoryException(
                    Reason.DAMAGED,
                    disk.describe() + " holds replicas or a log, but the file " + NODE
                            + " with the node's id is missing:"
                            + " restore that file, or empty the directory and replace the replicas that it hosted");
        }
        return NodeIdentity.fresh(random);
    }

    private void readReplicas() throws DiskException, NodeDirectoryException {
        for (String name : disk.list(REPLICAS)) {
            if (SealedText.isTemporary(name)) {
                disk.delete(REPLICAS + "/" + name);
                continue;
            }
            ReplicaDescriptor descriptor = ReplicaDescriptorText.decode(
                    SealedText.read(disk, REPLICAS, name), disk.describe() + "/" + REPLICAS + "/" + name);
            if (!name.equals(fileOf(descriptor.replica()))) {
                throw SealedText.damaged(disk.describe() + "/" + REPLICAS + "/" + name);
            }
            replicas.put(descriptor.replica(), descriptor);
        }
    }

    /** Returns the node's own id: random, positive, and the same for the life of the directory. */
    public NodeId nodeId() {
        return identity.node();
    }

    /**
     * Returns the number of this start, which is higher than that of every earlier one. Its low bits are random, so
     * that a copy of the directory which is started as often as its original has another number.
     */
    public long startCounter() {
        return identity.startCounter();
    }

    /** Returns the id of the cluster that the directory belongs to, or 0 if it has not joined one yet. */
    public long clusterId() {
        return identity.cluster();
    }

    /**
     * Makes the directory belong to a cluster for good, if it belongs to none yet.
     *
     * @throws NodeDirectoryException if it belongs to another cluster
     */
    public synchronized void joinCluster(long clusterId) throws DiskException, NodeDirectoryException {
        if (clusterId == 0) {
            throw new IllegalArgumentException("0 is no cluster");
        }
        if (identity.cluster() != 0 && identity.cluster() != clusterId) {
            throw new NodeDirectoryException(
                    Reason.OTHER_CLUSTER,
                    disk.describe() + " belongs to cluster " + Long.toHexString(identity.cluster())
                            + ", not to cluster " + Long.toHexString(clusterId)
                            + ": give the node an empty directory, or the controllers of its own cluster");
        }
        if (identity.cluster() == 0) {
            NodeIdentity joined = identity.inCluster(clusterId);
            SealedText.write(disk, Disk.ROOT, NODE, joined.toText());
            identity = joined;
        }
    }

    /** Returns the descriptors of all replicas, by replica id. */
    public synchronized List<ReplicaDescriptor> replicas() {
        return new ArrayList<>(replicas.values());
    }

    /**
     * Creates a replica's descriptor, or replaces it with one that differs in {@code recorded} only. The first write of
     * the replica in the log must be durable before (see {@link LogStore}).
     */
    public synchronized void put(ReplicaDescriptor descriptor) throws DiskException {
        ReplicaDescriptor old = replicas.get(descriptor.replica());
        if (old != null && !old.asRecorded().equals(descriptor.asRecorded())) {
            throw new IllegalArgumentException("replica " + descriptor.replica() + " exists as " + old);
        }
        SealedText.write(disk, REPLICAS, fileOf(descriptor.replica()), ReplicaDescriptorText.encode(descriptor));
        replicas.put(descriptor.replica(), descriptor);
    }

    /** Removes a replica's descriptor, if there is one; to be done before the replica is removed from the log. */
    public synchronized void remove(ReplicaId replica) throws DiskException {
        disk.delete(REPLICAS + "/" + fileOf(replica));
        disk.syncDirectory(REPLICAS);
        replicas.remove(replica);
    }

    private static String fileOf(ReplicaId replica) {
        return String.format("%016x", replica.value());
    }

    /** Gives the lock back. */
    @Override
    public synchronized void close() throws DiskException {
        lock.close();
    }

    /** What the file {@code node} says. */
    private record NodeIdentity(NodeId node, long cluster, long startCounter) {

        private static final String NODE_KEY = "node";
        private static final String CLUSTER_KEY = "cluster";
        private static final String STARTS_KEY = "starts";
        private static final int RANDOM_BITS = 20;

        static NodeIdentity fresh(RandomGenerator random) {
            return new NodeIdentity(new NodeId(random.nextLong(1, Long.MAX_VALUE)), 0, numbered(1, random));
        }

        private static long numbered(long start, RandomGenerator random) {
            return start << RANDOM_BITS | random.nextInt(1 << RANDOM_BITS);
        }

        NodeIdentity nextStart(RandomGenerator random) {
            return new NodeIdentity(node, cluster, numbered((startCounter >>> RANDOM_BITS) + 1, random));
        }

        NodeIdentity inCluster(long clusterId) {
            return new NodeIdentity(node, clusterId, startCounter);
        }

        SortedMap<String, String> toText() {
            TreeMap<String, String> text = new TreeMap<>();
            text.put(NODE_KEY, Long.toString(node.value()));
            text.put(CLUSTER_KEY, Long.toHexString(cluster));
            text.put(STARTS_KEY, Long.toString(startCounter));
            return text;
        }

        static NodeIdentity fromText(SortedMap<String, String> text, String where) throws NodeDirectoryException {
            try {
                return new NodeIdentity(
                        new NodeId(Long.parseLong(text.get(NODE_KEY))),
                        Long.parseUnsignedLong(String.valueOf(text.get(CLUSTER_KEY)), 16),
                        Long.parseLong(text.get(STARTS_KEY)));
            } catch (IllegalArgumentException e) {
                throw SealedText.damaged(where);
            }
        }
    }
}
