package io.ostraka.client.admin;

import java.util.List;

/**
 * A configuration: where each shard lives and should live. Gid 0 stands for no group.
 *
 * @param clusterId identity of the cluster
 * @param num numbers the desired maps: each join, leave, move and undo makes one
 * @param revision numbers every change, also those that the groups report
 */
public record ClusterMap(
        long clusterId, long num, long revision, List<Shard> shards, List<Group> groups, List<Node> nodes) {

    /** Copies the lists. */
    public ClusterMap {
        shards = List.copyOf(shards);
        groups = List.copyOf(groups);
        nodes = List.copyOf(nodes);
    }

    /**
     * One shard.
     *
     * @param ownerGid group that holds it
     * @param epoch grows with every change of owner
     * @param targetGid group that it is on its way to; 0: it is at rest
     * @param desiredGid group that should hold it
     * @param pinned moved by hand, so left alone by the balancer
     */
    public record Shard(int shard, long ownerGid, long epoch, long targetGid, long desiredGid, boolean pinned) {}

    /** One group; leaving: it gives away what it holds and then goes. */
    public record Group(long gid, long incarnation, boolean leaving, int weight, List<Replica> replicas) {
        /** Copies the list. */
        public Group {
            replicas = List.copyOf(replicas);
        }
    }

    /** One replica of a group; created: its node has made it; lost: its node is gone. */
    public record Replica(long replicaId, long nodeId, String address, boolean created, boolean lost) {}

    /** One registered node. */
    public record Node(long nodeId, String address) {}

    /** How many shards have not arrived where they should be. */
    public long shardsOnTheirWay() {
        return shards.stream()
                .filter(shard -> shard.ownerGid() != shard.desiredGid())
                .count();
    }
}
