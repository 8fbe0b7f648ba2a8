package io.ostraka.proto.config;

import io.ostraka.proto.Limits;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a cluster at one revision: for each shard who owns it and who should, the groups with their
 * replicas, and the nodes with their addresses (DESIGN section 4). Immutable; iteration is in order of shard, identity
 * and node id.
 *
 * @param clusterId identity of the cluster
 * @param num numbers the desired maps: each Join, Leave, Move and undo makes one; 0 before the first
 * @param revision numbers every change, claims and owner reports included; 1 for a fresh cluster
 * @param hash hash chain over all changes up to the revision
 * @param terms what holds for the whole cluster
 * @param shards one row a shard, in order; never empty
 * @param directory groups and nodes
 */
public record ClusterConfig(
        long clusterId,
        long num,
        long revision,
        ConfigHash hash,
        ClusterTerms terms,
        List<ShardRow> shards,
        Directory directory) {

    /**
     * Who is there: groups and nodes.
     *
     * @param groups groups by identity, leaving ones included
     * @param nodes nodes by id
     */
    public record Directory(SortedMap<GroupRef, GroupRow> groups, SortedMap<Long, NodeRow> nodes) {

        /** Nobody. */
        public static final Directory EMPTY = new Directory(List.of(), List.of());

        /** Copies the maps. */
        public Directory {
            groups = Collections.unmodifiableSortedMap(new TreeMap<>(groups));
            nodes = Collections.unmodifiableSortedMap(new TreeMap<>(nodes));
        }

        /** From rows; throws {@link IllegalArgumentException} if one is there twice. */
        public Directory(List<GroupRow> groups, List<NodeRow> nodes) {
            this(byKey(groups, GroupRow::ref), byKey(nodes, NodeRow::nodeId));
        }

        private static <K, V> SortedMap<K, V> byKey(List<V> rows, Function<V, K> key) {
            TreeMap<K, V> map = new TreeMap<>();
            for (V row : rows) {
                if (map.put(key.apply(row), row) != null) {
                    throw new IllegalArgumentException("a configuration names twice: " + row);
                }
            }
            return map;
        }
    }

    /** Throws {@link IllegalArgumentException} if rows are missing, out of order, or name groups that are not there. */
    public ClusterConfig {
        shards = List.copyOf(shards);
        if (shards.isEmpty() || shards.size() > Limits.SHARDS_MAX) {
            throw new IllegalArgumentException(
                    "a configuration has from 1 to " + Limits.SHARDS_MAX + " shards, not " + shards.size());
        }
        if (num < 0 || revision < 1) {
            throw new IllegalArgumentException("a configuration has num " + num + " and revision " + revision);
        }
        for (int i = 0; i < shards.size(); i++) {
            ShardRow row = shards.get(i);
            if (row.shard() != i) {
                throw new IllegalArgumentException("row " + i + " of a configuration is of shard " + row.shard());
            }
            requireKnown(row, row.owner(), directory);
            requireKnown(row, row.target(), directory);
        }
    }

    private static void requireKnown(ShardRow row, @Nullable GroupRef ref, Directory directory) {
        if (ref != null && !directory.groups().containsKey(ref)) {
            throw new IllegalArgumentException(
                    "shard " + row.shard() + " names group " + ref + ", which the configuration does not have");
        }
    }

    /** The configuration of a cluster that was just founded: number 0, revision 1, no group, no node. */
    public static ClusterConfig founded(long clusterId, int shardCount) {
        return founded(clusterId, shardCount, ClusterTerms.FOUNDED);
    }

    /** As {@link #founded(long, int)}, on these terms. */
    public static ClusterConfig founded(long clusterId, int shardCount, ClusterTerms terms) {
        List<ShardRow> rows = new ArrayList<>();
        for (int shard = 0; shard < shardCount; shard++) {
            rows.add(ShardRow.unborn(shard));
        }
        ConfigHash genesis = ConfigHash.genesis(clusterId, shardCount);
        return new ClusterConfig(clusterId, 0, 1, genesis, terms, rows, Directory.EMPTY);
    }

    /**
     * The first configuration of controllers that were restored from a backup of this one. It begins a new chain: its
     * numbers are to be above all that the cluster has seen.
     */
    public ClusterConfig restored(
            long newNum, long newRevision, ClusterTerms newTerms, List<ShardRow> newShards, Directory newDirectory) {
        return new ClusterConfig(
                clusterId, newNum, newRevision, hash.restored(newNum, newRevision), newTerms, newShards, newDirectory);
    }

    /** Groups by identity, leaving ones included. */
    public SortedMap<GroupRef, GroupRow> groups() {
        return directory.groups();
    }

    /** Nodes by id. */
    public SortedMap<Long, NodeRow> nodes() {
        return directory.nodes();
    }

    /** Number of shards. */
    public int shardCount() {
        return shards.size();
    }

    /** The row of a shard; throws {@link IndexOutOfBoundsException} if there is no such shard. */
    public ShardRow shard(int shard) {
        return shards.get(shard);
    }

    /**
     * The group that is to serve the shard when all that is planned is done: the target if there is one, else the owner
     * unless it is leaving or retired, else nobody (null). Balance and {@code query} speak of this map.
     */
    public @Nullable GroupRef desired(int shard) {
        ShardRow row = shards.get(shard);
        if (row.target() != null) {
            return row.target();
        }
        GroupRef owner = row.owner();
        return owner == null || !isMember(owner) ? null : owner;
    }

    /** The row of a group, if exactly this incarnation is there. */
    public Optional<GroupRow> group(GroupRef ref) {
        return Optional.ofNullable(groups().get(ref));
    }

    /** The row of the group that now has this gid; at most one has. */
    public Optional<GroupRow> group(long gid) {
        if (gid < 0) {
            return Optional.empty();
        }
        SortedMap<GroupRef, GroupRow> from = groups().tailMap(new GroupRef(gid, 0));
        if (from.isEmpty() || from.firstKey().gid() != gid) {
            return Optional.empty();
        }
        return Optional.ofNullable(from.get(from.firstKey()));
    }

    /** The groups that are to hold shards, by identity: those that are neither leaving nor retired. */
    public List<GroupRow> members() {
        return groups().values().stream().filter(GroupRow::isMember).toList();
    }

    /** Whether the group is there and to hold shards. */
    public boolean isMember(GroupRef ref) {
        GroupRow row = groups().get(ref);
        return row != null && row.isMember();
    }

    /** Whether the group is there and was not given up for dead. */
    public boolean isAlive(GroupRef ref) {
        GroupRow row = groups().get(ref);
        return row != null && !row.retired();
    }

    /** Whether the group is there and leaving. */
    public boolean isLeaving(GroupRef ref) {
        GroupRow row = groups().get(ref);
        return row != null && row.leaving();
    }

    /** The address of a node, if the node is registered and its address was not taken by another. */
    public Optional<String> addressOf(long nodeId) {
        NodeRow row = nodes().get(nodeId);
        return row == null || row.address().isEmpty() ? Optional.empty() : Optional.of(row.address());
    }

    /** The node that is registered at an address. */
    public Optional<NodeRow> nodeAt(String address) {
        return nodes().values().stream()
                .filter(node -> node.address().equals(address))
                .findFirst();
    }

    /** This configuration with a change, or why the change does not extend it. */
    public Extension apply(ConfigDelta delta) {
        if (!delta.previousHash().equals(hash)) {
            return new Extension.Refused("the change extends another configuration than revision " + revision);
        }
        if (delta.revision() != revision + 1 || delta.num() < num || delta.num() > num + 1) {
            return new Extension.Refused("the change makes revision " + delta.revision() + " and number " + delta.num()
                    + ", which do not follow revision " + revision + " and number " + num);
        }
        if (delta.terms().featureLevel() < terms.featureLevel()) {
            return new Extension.Refused("the change takes the feature level back from " + terms.featureLevel() + " to "
                    + delta.terms().featureLevel());
        }
        if (!delta.hashFits()) {
            return new Extension.Refused("the hash of the change to revision " + delta.revision() + " is not its own");
        }
        try {
            return new Extension.Extended(extended(delta));
        } catch (IllegalArgumentException e) {
            return new Extension.Refused(
                    "the change to revision " + delta.revision() + " makes no sense here: " + e.getMessage());
        }
    }

    private ClusterConfig extended(ConfigDelta delta) {
        ConfigDelta.Rows rows = delta.rows();
        List<ShardRow> newShards = new ArrayList<>(shards);
        for (ShardRow row : rows.shards()) {
            if (row.shard() >= newShards.size()) {
                throw new IllegalArgumentException("there is no shard " + row.shard());
            }
            newShards.set(row.shard(), row);
        }
        Directory newDirectory = directory;
        if (!rows.groups().isEmpty()
                || !rows.removedGroups().isEmpty()
                || !rows.nodes().isEmpty()) {
            TreeMap<GroupRef, GroupRow> newGroups = new TreeMap<>(groups());
            rows.removedGroups().forEach(newGroups::remove);
            rows.groups().forEach(row -> newGroups.put(row.ref(), row));
            TreeMap<Long, NodeRow> newNodes = new TreeMap<>(nodes());
            rows.nodes().forEach(row -> newNodes.put(row.nodeId(), row));
            newDirectory = new Directory(newGroups, newNodes);
        }
        return new ClusterConfig(
                clusterId, delta.num(), delta.revision(), delta.hash(), delta.terms(), newShards, newDirectory);
    }
}
