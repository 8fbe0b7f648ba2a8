package io.ostraka.proto.config;

import java.util.List;
import java.util.Optional;

/**
 * A group of the configuration.
 *
 * @param ref identity of the group
 * @param standing what the group is to the cluster
 * @param weight share of the shards that the group is to hold, relative to the other groups; at least 1
 * @param replicas its replicas, in the order in which the Join named their addresses
 */
public record GroupRow(GroupRef ref, GroupStanding standing, int weight, List<ReplicaRow> replicas) {

    /** Copies the list. */
    public GroupRow {
        if (weight < 1) {
            throw new IllegalArgumentException("group " + ref + " has weight " + weight + ", which is below 1");
        }
        replicas = List.copyOf(replicas);
    }

    /** A group that is leaving, or a member. */
    public GroupRow(GroupRef ref, boolean leaving, int weight, List<ReplicaRow> replicas) {
        this(ref, leaving ? GroupStanding.LEAVING : GroupStanding.MEMBER, weight, replicas);
    }

    /** Whether it is to hold shards. */
    public boolean isMember() {
        return standing == GroupStanding.MEMBER;
    }

    /** Whether it gives away what it holds. */
    public boolean leaving() {
        return standing == GroupStanding.LEAVING;
    }

    /** Whether it was given up for dead. */
    public boolean retired() {
        return standing == GroupStanding.RETIRED;
    }

    /** The replica of this group that lives on the node, if there is one. */
    public Optional<ReplicaRow> replicaOn(long nodeId) {
        return replicas.stream().filter(replica -> replica.nodeId() == nodeId).findFirst();
    }

    /** The replica with this id, if it belongs to this group. */
    public Optional<ReplicaRow> replica(long replicaId) {
        return replicas.stream()
                .filter(replica -> replica.replicaId() == replicaId)
                .findFirst();
    }

    /** The same group, leaving or a member. */
    public GroupRow withLeaving(boolean newLeaving) {
        return new GroupRow(ref, newLeaving, weight, replicas);
    }

    /** The same group, given up for dead. */
    public GroupRow asRetired() {
        return new GroupRow(ref, GroupStanding.RETIRED, weight, replicas);
    }

    /** The same group with the row of one of its replicas replaced. */
    public GroupRow withReplica(ReplicaRow changed) {
        List<ReplicaRow> rows = replicas.stream()
                .map(replica -> replica.replicaId() == changed.replicaId() ? changed : replica)
                .toList();
        return new GroupRow(ref, standing, weight, rows);
    }
}
