package io.ostraka.shardctrler.state;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigDelta;
import io.ostraka.proto.config.Extension;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.GroupRow;
import io.ostraka.proto.config.NodeRow;
import io.ostraka.proto.config.ReplicaRow;
import io.ostraka.proto.config.ShardRow;
import io.ostraka.shardctrler.balance.Balancer;
import io.ostraka.shardctrler.command.OwnerReport;
import io.ostraka.shardctrler.command.ShardMove;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The next revision while one command is applied: rows change here, and {@link #finish} makes the new state of them. It
 * keeps the rules that hold whatever changed: a dropped plan is remembered until it is settled, a leaving group that
 * holds nothing and waits for nothing goes. Used by one thread for one command.
 */
final class ConfigDraft {

    private final ControllerState base;
    private final ClusterConfig before;
    private final List<ShardRow> shards;
    private final TreeMap<GroupRef, GroupRow> groups;
    private final TreeMap<Long, NodeRow> nodes;
    private final Settlements.Draft settlements;
    private Registry registry;
    private boolean registryChanged;

    ConfigDraft(ControllerState base) {
        this.base = base;
        before = Objects.requireNonNull(base.config(), "the cluster is not founded");
        shards = new ArrayList<>(before.shards());
        groups = new TreeMap<>(before.groups());
        nodes = new TreeMap<>(before.nodes());
        settlements = new Settlements.Draft(base.settlements());
        registry = base.registry();
    }

    /** The configuration that is being changed. */
    ClusterConfig before() {
        return before;
    }

    ShardRow shard(int shard) {
        return shards.get(shard);
    }

    @Nullable
    GroupRow group(GroupRef ref) {
        return groups.get(ref);
    }

    Registry registry() {
        return registry;
    }

    void registry(Registry newRegistry) {
        registry = newRegistry;
        registryChanged = true;
    }

    void put(GroupRow row) {
        groups.put(row.ref(), row);
    }

    void put(NodeRow row) {
        nodes.put(row.nodeId(), row);
    }

    void pin(int shard, boolean pinned) {
        shards.set(shard, shards.get(shard).withPinned(pinned));
    }

    /** As {@link ClusterConfig#desired}, of the draft. */
    @Nullable
    GroupRef desired(int shard) {
        ShardRow row = shards.get(shard);
        return row.target() != null ? row.target() : memberOrNobody(row.owner());
    }

    /** Plans the shard to a group, or to stay where it is (null or its owner). */
    void plan(int shard, @Nullable GroupRef group) {
        ShardRow row = shards.get(shard);
        GroupRef target = Objects.equals(group, row.owner()) ? null : group;
        GroupRef dropped = row.target();
        if (dropped != null && !dropped.equals(target) && row.owner() != null) {
            settlements.drop(dropped, shard, before.revision() + 1);
        }
        shards.set(shard, row.withTarget(target));
    }

    /**
     * Records that a group holds the shard. The desired map stays as it is: the target if there was another, else back
     * to the owner before; a leaving group keeps nothing that another group can take.
     */
    void own(int shard, GroupRef group, long epoch) {
        GroupRef planned = desired(shard);
        ShardRow row = shards.get(shard);
        GroupRef target = row.target();
        if (target != null && !target.equals(group)) {
            shards.set(shard, row.withOwner(group, epoch));
        } else {
            shards.set(shard, row.withOwner(group, epoch).withTarget(group.equals(planned) ? null : planned));
        }
        settlements.arrived(group, shard);
    }

    void settle(OwnerReport report) {
        settlements.report(report);
    }

    void markReplicas(long nodeId, boolean lost) {
        for (GroupRow row : List.copyOf(groups.values())) {
            row.replicaOn(nodeId)
                    .filter(replica -> replica.lost() != lost)
                    .map(replica -> row.withReplica(replica.withLost(lost)))
                    .ifPresent(this::put);
        }
    }

    void created(GroupRow row, ReplicaRow replica) {
        put(row.withReplica(replica.asCreated()));
    }

    /** Balances all shards over the groups that are not leaving; with no such group, nothing is planned any more. */
    void rebalance() {
        List<GroupRow> members =
                groups.values().stream().filter(row -> !row.leaving()).toList();
        if (members.isEmpty()) {
            for (int shard = 0; shard < shards.size(); shard++) {
                plan(shard, null);
            }
            return;
        }
        Map<GroupRef, Integer> indexes = new HashMap<>();
        members.forEach(row -> indexes.put(row.ref(), indexes.size()));
        List<Balancer.Place> places = new ArrayList<>();
        for (int shard = 0; shard < shards.size(); shard++) {
            ShardRow row = shards.get(shard);
            places.add(new Balancer.Place(index(indexes, desired(shard)), index(indexes, row.owner()), row.pinned()));
        }
        List<Integer> assigned =
                Balancer.balance(members.stream().map(GroupRow::weight).toList(), places);
        for (int shard = 0; shard < shards.size(); shard++) {
            plan(shard, members.get(assigned.get(shard)).ref());
        }
    }

    private static int index(Map<GroupRef, Integer> indexes, @Nullable GroupRef ref) {
        return ref == null ? Balancer.NOBODY : indexes.getOrDefault(ref, Balancer.NOBODY);
    }

    private @Nullable GroupRef memberOrNobody(@Nullable GroupRef ref) {
        if (ref == null) {
            return null;
        }
        GroupRow row = groups.get(ref);
        return row == null || row.leaving() ? null : ref;
    }

    /** The shards that are planned elsewhere than before. */
    List<ShardMove> moves() {
        List<ShardMove> moves = new ArrayList<>();
        for (int shard = 0; shard < shards.size(); shard++) {
            GroupRef was = before.desired(shard);
            GroupRef now = desired(shard);
            if (!Objects.equals(was, now)) {
                GroupRef owner = before.shard(shard).owner();
                moves.add(new ShardMove(shard, owner != null ? owner : was, now));
            }
        }
        return moves;
    }

    /**
     * The new state.
     *
     * @param newMap whether this makes a new desired map, with a number of its own
     */
    Drafted finish(boolean newMap) {
        List<GroupRef> gone = removeSettledLeavers();
        ConfigDelta.Rows rows = new ConfigDelta.Rows(
                shards.stream()
                        .filter(row -> !row.equals(before.shard(row.shard())))
                        .toList(),
                groups.values().stream()
                        .filter(row -> !row.equals(before.groups().get(row.ref())))
                        .toList(),
                gone,
                nodes.values().stream()
                        .filter(row -> !row.equals(before.nodes().get(row.nodeId())))
                        .toList());
        Settlements settled = settlements.isChanged() ? settlements.build() : base.settlements();
        if (rows.isEmpty() && !newMap) {
            boolean changed = registryChanged || settlements.isChanged();
            ControllerState state =
                    changed ? new ControllerState(before, registry, settled, base.history(), base.requests()) : base;
            return new Drafted(state, null, changed);
        }
        ConfigDelta delta = ConfigDelta.extending(before, newMap ? before.num() + 1 : before.num(), rows);
        ClusterConfig after = switch (before.apply(delta)) {
            case Extension.Extended extended -> extended.config();
            case Extension.Refused refused ->
                throw new IllegalStateException("a change made here does not fit: " + refused.why());
        };
        MapHistory history = newMap ? base.history().and(before, after) : base.history();
        return new Drafted(new ControllerState(after, registry, settled, history, base.requests()), delta, true);
    }

    /** What a draft became: the state, what watchers are told, if anything, and whether anything changed. */
    record Drafted(ControllerState state, @Nullable ConfigDelta delta, boolean changed) {}

    private List<GroupRef> removeSettledLeavers() {
        TreeSet<GroupRef> leavers = new TreeSet<>();
        groups.values().stream().filter(GroupRow::leaving).map(GroupRow::ref).forEach(leavers::add);
        if (leavers.isEmpty()) {
            return List.of();
        }
        for (ShardRow row : shards) {
            if (row.owner() != null) {
                leavers.remove(row.owner());
            }
            if (row.target() != null) {
                leavers.remove(row.target());
            }
        }
        leavers.removeIf(ref -> !settlements.isClear(ref));
        leavers.forEach(groups::remove);
        return leavers.stream().filter(ref -> before.groups().containsKey(ref)).toList();
    }
}
