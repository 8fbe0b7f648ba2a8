package io.ostraka.client.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A configuration: where each shard lives and should live. Gid 0 stands for no group.
 *
 * @param clusterId identity of the cluster
 * @param num numbers the desired maps: each join, leave, move and undo makes one
 * @param revision numbers every change, also those that the groups report
 * @param featureLevel what every node knows: nothing newer is written to a log
 * @param restore how far the controllers are, if they were restored from a backup
 */
public record ClusterMap(
        long clusterId,
        long num,
        long revision,
        int featureLevel,
        List<Shard> shards,
        List<Group> groups,
        List<Node> nodes,
        Restore restore) {

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
     * @param recovery how far it is, if its group was given up for dead
     */
    public record Shard(
            int shard, long ownerGid, long epoch, long targetGid, long desiredGid, boolean pinned, Recovery recovery) {}

    /**
     * What became of a shard whose group was given up for dead.
     *
     * @param progress how far it is
     * @param waitsForGids the groups that have not said yet what they have, or do not serve it yet
     * @param last how it last went on; null: it has not yet
     */
    public record Recovery(
            Progress progress,
            List<Long> waitsForGids,
            @Nullable WentOn last) {

        /** Of a shard that never lost a group. */
        public static final Recovery NONE = new Recovery(Progress.NONE, List.of(), null);

        /** Copies the list. */
        public Recovery {
            waitsForGids = List.copyOf(waitsForGids);
        }
    }

    /**
     * How a shard went on.
     *
     * @param source from what
     * @param gid where
     * @param epoch at which epoch
     */
    public record WentOn(RecoveryPlan.Source source, long gid, long epoch) {}

    /** How far a shard is whose group was given up for dead. */
    public enum Progress {
        /** It has nothing to do with that, or has gone on. */
        NONE,
        /** Groups are asked what they have of it. */
        PENDING,
        /** Its new owner was named, and does not serve it yet. */
        NAMED
    }

    /** How far controllers are that were restored from a backup. */
    public enum Stage {
        /** They were not, or all of it is done. */
        NONE,
        /** Groups and nodes are asked what became of the cluster since. */
        HEARING,
        /** Groups confirm what the controllers know by now. */
        SETTLING
    }

    /**
     * A restore of the controllers; nothing is planned before it is done.
     *
     * @param stage how far it is
     * @param waitsForGids groups that have not said all yet
     * @param missingShards shards of which nobody who has spoken holds the token
     * @param unsettledShards how many shards their owner has not confirmed yet
     */
    public record Restore(Stage stage, List<Long> waitsForGids, List<Integer> missingShards, int unsettledShards) {

        /** None is under way. */
        public static final Restore NONE = new Restore(Stage.NONE, List.of(), List.of(), 0);

        /** Copies the lists. */
        public Restore {
            waitsForGids = List.copyOf(waitsForGids);
            missingShards = List.copyOf(missingShards);
        }
    }

    /** One group; leaving: it gives away what it holds and then goes; retired: it was given up for dead. */
    public record Group(
            long gid, long incarnation, boolean leaving, boolean retired, int weight, List<Replica> replicas) {
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
