package io.ostraka.shardctrler.state;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigHash;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.GroupRow;
import io.ostraka.proto.config.NodeRow;
import io.ostraka.proto.config.ShardRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All desired maps that ever were, as what each changed against the one before. After a restore they begin anew, with
 * the whole map of that time. Immutable.
 *
 * @param steps one a map, from number 1 or that of a restore on
 */
public record MapHistory(List<Step> steps) {

    /** The history of a cluster that never had a group. */
    public static final MapHistory EMPTY = new MapHistory(List.of());

    /**
     * What one map changed.
     *
     * @param num number of the map
     * @param revision revision that made it
     * @param planned shards that are planned elsewhere than before
     * @param joined groups that are new in it
     * @param left groups that are no longer in it
     */
    public record Step(long num, long revision, List<Planned> planned, List<GroupRow> joined, List<GroupRef> left) {

        /** Copies the lists. */
        public Step {
            planned = List.copyOf(planned);
            joined = List.copyOf(joined);
            left = List.copyOf(left);
        }
    }

    /**
     * The group of a shard.
     *
     * @param shard the shard
     * @param group the group that is to serve it, or null for nobody
     */
    public record Planned(int shard, @Nullable GroupRef group) {}

    /** Copies the list; throws {@link IllegalArgumentException} unless it has every number from its first. */
    public MapHistory {
        steps = List.copyOf(steps);
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i).num() != steps.getFirst().num() + i) {
                throw new IllegalArgumentException(
                        "the history has map " + steps.get(i).num() + " at place " + (i + 1));
            }
        }
    }

    /** The history that begins with the map of a configuration. */
    static MapHistory of(ClusterConfig first) {
        return EMPTY.and(ClusterConfig.founded(first.clusterId(), first.shardCount()), first);
    }

    /** This history and the step from {@code before} to {@code after}. */
    MapHistory and(ClusterConfig before, ClusterConfig after) {
        List<Planned> planned = new ArrayList<>();
        for (int shard = 0; shard < after.shardCount(); shard++) {
            GroupRef now = after.desired(shard);
            if (now == null ? before.desired(shard) != null : !now.equals(before.desired(shard))) {
                planned.add(new Planned(shard, now));
            }
        }
        List<GroupRow> joined = after.members().stream()
                .filter(row -> isNotMember(before, row.ref()))
                .toList();
        List<GroupRef> left = before.members().stream()
                .map(GroupRow::ref)
                .filter(ref -> isNotMember(after, ref))
                .toList();
        List<Step> longer = new ArrayList<>(steps);
        longer.add(new Step(after.num(), after.revision(), planned, joined, left));
        return new MapHistory(longer);
    }

    private static boolean isNotMember(ClusterConfig config, GroupRef ref) {
        return !config.isMember(ref);
    }

    /**
     * An old map: its members, and for each shard the group it was planned to as target. It stands outside the chain of
     * changes. Nodes are named with the addresses they have now.
     *
     * @param num number of the map
     * @param now the present configuration
     */
    Optional<ClusterConfig> at(long num, ClusterConfig now) {
        long first = steps.isEmpty() ? 1 : steps.getFirst().num();
        long count = num - first + 1;
        if (num < 0 || count > steps.size() || (num > 0 && count < 1) || (num == 0 && first > 1)) {
            return Optional.empty();
        }
        TreeMap<GroupRef, GroupRow> members = new TreeMap<>();
        List<ShardRow> shards = new ArrayList<>();
        for (int shard = 0; shard < now.shardCount(); shard++) {
            shards.add(ShardRow.unborn(shard));
        }
        long revision = 1;
        for (Step step : steps.subList(0, (int) count)) {
            revision = step.revision();
            step.left().forEach(members::remove);
            step.joined().forEach(row -> members.put(row.ref(), row));
            step.planned()
                    .forEach(planned -> shards.set(
                            planned.shard(), ShardRow.unborn(planned.shard()).withTarget(planned.group())));
        }
        TreeMap<Long, NodeRow> nodes = new TreeMap<>();
        members.values().stream()
                .flatMap(row -> row.replicas().stream())
                .map(replica -> now.nodes().get(replica.nodeId()))
                .filter(node -> node != null)
                .forEach(node -> nodes.put(node.nodeId(), node));
        return Optional.of(new ClusterConfig(
                now.clusterId(),
                num,
                revision,
                ConfigHash.NONE,
                now.terms(),
                shards,
                new ClusterConfig.Directory(members, nodes)));
    }
}
