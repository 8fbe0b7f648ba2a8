package io.ostraka.shardkv.shard;

import io.ostraka.proto.Feature;
import io.ostraka.proto.config.LostMaps;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.GroupId;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.Command.ConfigUpdate;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.command.GroupPlan;
import io.ostraka.shardkv.command.ShardPlan;
import java.util.Collection;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The configuration as the group's own log knows it: what each shard's plan is, and which groups there are. Immutable.
 *
 * @param revision the number of the last change applied; 0: none
 * @param num the number of its desired map
 * @param hash the chain's hash at {@code revision}
 * @param featureLevel what every node of the cluster knows ({@link Feature})
 * @param groups the groups there are
 * @param shards the plans that differ from "nobody owns it, nobody shall"
 */
public record GroupConfig(
        long revision,
        long num,
        Bytes hash,
        int featureLevel,
        SortedMap<GroupId, GroupPlan> groups,
        SortedMap<Integer, ShardPlan> shards) {

    /** Nothing is known. */
    public static final GroupConfig NONE = new GroupConfig(
            0, 0, Bytes.EMPTY, Feature.BASE_LEVEL, Collections.emptySortedMap(), Collections.emptySortedMap());

    /** The plan of a shard. */
    public ShardPlan plan(int shard) {
        ShardPlan plan = shards.get(shard);
        return plan != null ? plan : new ShardPlan(shard, null, 0, null);
    }

    /** Whether a command of this kind may be proposed: whether every node of the cluster can apply it. */
    public boolean allows(Command command) {
        return command.feature().map(feature -> feature.isKnownAt(featureLevel)).orElse(true);
    }

    /** Whether the configuration knows this group, with its incarnation, and has not given it up for dead. */
    public boolean isAlive(GroupId group) {
        GroupPlan plan = groups.get(group);
        return plan != null && !plan.retired();
    }

    /** Whether this group was given up for dead. */
    public boolean hasRetired(GroupId group) {
        GroupPlan plan = groups.get(group);
        return plan != null && plan.retired();
    }

    /** Whether the controllers were ever restored from a backup; then all nodes know what that means. */
    private boolean isRestored() {
        return num >= LostMaps.FIRST_AFTER_RESTORE;
    }

    /**
     * Whether the cluster goes on without this group, which joined in a map before this one: it left, or the
     * controllers lost it in a restore and did not wait for it. Either way it never serves again.
     */
    public boolean goesOnWithout(GroupId group) {
        return Feature.RESTORE.isKnownAt(featureLevel) && num >= group.incarnation() && !groups.containsKey(group);
    }

    /**
     * Whether anybody can have planned to take a shard from this group at this epoch. Beyond what the group's log and
     * configuration know, only controllers that were lost since can have: they had named the group as the one where the
     * shard goes on, and those that took their place do not know it.
     */
    public boolean canHavePlanned(ShardState state, GroupId self, ExportName name) {
        ShardPlan plan = plan(name.shard());
        return name.epoch() <= state.highestEpochToHandOver(self, plan) || (isRestored() && plan.owner() != null);
    }

    /** The configuration after the update, or null if the update does not follow on this one. */
    @Nullable
    GroupConfig extended(ConfigUpdate update) {
        boolean follows = update.full()
                ? update.revision() > revision
                : update.revision() == revision + 1 && update.previousHash().equals(hash);
        if (!follows) {
            return null;
        }
        SortedMap<GroupId, GroupPlan> newGroups = update.full() ? new TreeMap<>() : new TreeMap<>(groups);
        for (GroupId gone : update.removedGroups()) {
            newGroups.remove(gone);
        }
        for (GroupPlan group : update.groups()) {
            newGroups.put(group.group(), group);
        }
        SortedMap<Integer, ShardPlan> newShards = update.full() ? new TreeMap<>() : new TreeMap<>(shards);
        for (ShardPlan plan : update.shards()) {
            newShards.put(plan.shard(), plan);
        }
        return of(update.revision(), update.num(), update.hash(), update.featureLevel(), newGroups, newShards);
    }

    static GroupConfig of(
            long revision,
            long num,
            Bytes hash,
            int featureLevel,
            SortedMap<GroupId, GroupPlan> groups,
            SortedMap<Integer, ShardPlan> shards) {
        return new GroupConfig(
                revision,
                num,
                hash,
                featureLevel,
                Collections.unmodifiableSortedMap(groups),
                Collections.unmodifiableSortedMap(shards));
    }

    /** All plans that are set, sorted by shard. */
    public Collection<ShardPlan> plans() {
        return shards.values();
    }
}
