package io.ostraka.client.admin;

import java.util.List;
import java.util.Optional;

/**
 * What every controller and node says of itself now.
 *
 * @param map the latest configuration, if a controller gave one
 */
public record ClusterStatus(Optional<ClusterMap> map, List<Answer<Controller>> controllers, List<Answer<Node>> nodes) {

    /** Copies the lists. */
    public ClusterStatus {
        controllers = List.copyOf(controllers);
        nodes = List.copyOf(nodes);
    }

    /**
     * What one process answered.
     *
     * @param address that was asked
     * @param answer empty if it did not answer
     * @param trouble if it did not, why
     */
    public record Answer<T>(String address, Optional<T> answer, String trouble) {}

    /** One controller. */
    public record Controller(
            long clusterId, long nodeId, boolean initialised, long replicaId, Raft raft, long num, long revision) {}

    /** Where a replica stands; role: leader, follower, candidate, pre-candidate, waiting, damaged or stopped. */
    public record Raft(String role, long term, long commitIndex, long appliedIndex) {}

    /** One node. */
    public record Node(
            long nodeId, String address, String version, Usage usage, long configRevision, List<Replica> replicas) {
        /** Copies the list. */
        public Node {
            replicas = List.copyOf(replicas);
        }
    }

    /** What a process takes. */
    public record Usage(long uptimeMillis, long startCounter, long residentBytes, long storeBytes, long logBytes) {}

    /** One replica of a group. */
    public record Replica(long gid, long replicaId, Raft raft, boolean quiet, String trouble, List<Shard> shards) {
        /** Copies the list. */
        public Replica {
            shards = List.copyOf(shards);
        }
    }

    /**
     * One shard as a replica holds it.
     *
     * @param state absent, serving, exporting, frozen or importing
     * @param peerGid with a hand-over under way: the other group; else 0
     */
    public record Shard(
            int shard,
            String state,
            long epoch,
            long keys,
            long bytes,
            long peerGid,
            long bytesDone,
            long bytesTotal) {}
}
