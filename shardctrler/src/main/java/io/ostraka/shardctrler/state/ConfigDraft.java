package io.ostraka.shardctrler.state;

import io.ostraka.proto.Feature;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ClusterTerms;
import io.ostraka.proto.config.ConfigDelta;
import io.ostraka.proto.config.Extension;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.GroupRow;
import io.ostraka.proto.config.NodeRow;
import io.ostraka.proto.config.ReplicaRow;
import io.ostraka.proto.config.RestoreStage;
import io.ostraka.proto.config.ShardRecovery;
import io.ostraka.proto.config.ShardRow;
import io.ostraka.shardctrler.balance.Balancer;
import io.ostraka.shardctrler.command.OwnerReport;
import io.ostraka.shardctrler.command.ShardMove;
import io.ostraka.shardctrler.state.Recoveries.Outcome;
import io.ostraka.shardctrler.state.Recoveries.Recovery;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
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
    private final Recoveries.Draft recoveries;
    private final Restoration.Draft restoration;
    private ClusterTerms terms;
    private Registry registry;
    private boolean registryChanged;

    ConfigDraft(ControllerState base) {
        this.base = base;
        before = Objects.requireNonNull(base.config(), "the cluster is not founded");
        shards = new ArrayList<>(before.shards());
        groups = new TreeMap<>(before.groups());
        nodes = new TreeMap<>(before.nodes());
        settlements = new Settlements.Draft(base.settlements());
        recoveries = new Recoveries.Draft(base.recoveries());
        restoration = new Restoration.Draft(base.restoration());
        registry = base.registry();
        terms = before.terms();
    }

    /** The configuration that is being changed. */
    ClusterConfig before() {
        return before;
    }

    /** The state that is being changed. */
    ControllerState base() {
        return base;
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

    ClusterTerms terms() {
        return terms;
    }

    void terms(ClusterTerms newTerms) {
        terms = newTerms;
    }

    RestoreStage stage() {
        return terms.stage();
    }

    void stage(RestoreStage stage) {
        terms = terms.withStage(stage);
    }

    Restoration.Draft restoration() {
        return restoration;
    }

    int shardCount() {
        return shards.size();
    }

    List<GroupRow> groups() {
        return List.copyOf(groups.values());
    }

    void put(GroupRow row) {
        groups.put(row.ref(), row);
    }

    void remove(GroupRef group) {
        groups.remove(group);
    }

    void put(NodeRow row) {
        nodes.put(row.nodeId(), row);
    }

    void pin(int shard, boolean pinned) {
        shards.set(shard, shards.get(shard).withPinned(pinned));
    }

    /** Whether the group is there and was not given up for dead. */
    boolean isAlive(GroupRef ref) {
        GroupRow row = groups.get(ref);
        return row != null && !row.retired();
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
        GroupRef before = row.owner();
        if (before != null && Feature.RECOVERY.isKnownAt(terms.featureLevel())) {
            // Of a dead owner no copy can go on, so what was known of an earlier one stays; the new owner stands for
            // none.
            recoveries.ownedBefore(
                    shard,
                    isAlive(before) ? before : recoveries.ownerBefore(shard).orElse(group));
        }
        GroupRef target = row.target();
        if (target != null && !target.equals(group)) {
            shards.set(shard, row.withOwner(group, epoch));
        } else {
            shards.set(shard, row.withOwner(group, epoch).withTarget(group.equals(planned) ? null : planned));
        }
        settlements.arrived(group, shard);
        endRecovery(shard);
    }

    /** Records what a group said after a restore: where the shard is, and where it is on its way to. */
    void heardOf(int shard, GroupRef owner, long epoch, @Nullable GroupRef target) {
        shards.set(shard, shards.get(shard).withOwner(owner, epoch).withTarget(owner.equals(target) ? null : target));
    }

    /** Records that what is said of one group is true of a later one with the same number, if of any. */
    void replace(GroupRef earlier, GroupRef later) {
        groups.remove(earlier);
        shards.replaceAll(row -> earlier.equals(row.owner()) ? row.withOwner(later, row.epoch()) : row);
        shards.replaceAll(row -> earlier.equals(row.target()) ? row.withTarget(later) : row);
    }

    /** Drops a group that is gone, or, where a shard's row still names it, gives it up. */
    void removeOrRetire(GroupRef group) {
        boolean named = shards.stream().anyMatch(row -> group.equals(row.owner()) || group.equals(row.target()));
        GroupRow row = groups.get(group);
        if (!named) {
            groups.remove(group);
        } else if (row != null) {
            put(row.asRetired());
        }
    }

    /** Nothing is on its way to a group that was given up. */
    void dropPlansToRetired() {
        shards.replaceAll(row -> row.target() != null && !isAlive(row.target()) ? row.withTarget(null) : row);
    }

    /**
     * Asks all groups about a shard whose token nobody has shown.
     *
     * @param evidence the last that is known of it; null: nothing
     */
    void goOnWithout(int shard, Restoration.@Nullable Evidence evidence) {
        ShardRow row = shards.get(shard);
        long epoch = evidence == null ? 1 : evidence.said().epoch();
        if (groups.isEmpty()) {
            return;
        }
        if (row.owner() == null) {
            GroupRef known =
                    evidence != null && groups.containsKey(evidence.group()) ? evidence.group() : groups.firstKey();
            shards.set(shard, row.withOwner(known, epoch));
        }
        if (desired(shard) == null) {
            shards.set(shard, shards.get(shard).withTarget(leastLoaded()).withPinned(false));
        }
        TreeSet<GroupRef> asked = new TreeSet<>(groups.keySet());
        asked.removeIf(group -> !isAlive(group));
        long lastEpoch = Restores.epochAfterLoss(this, Math.max(epoch, row.epoch()));
        // A copy that was named, by a group that lives and whose log has not gone on from it, is the newest there is.
        boolean namesCopy = evidence != null && evidence.namesCopy() && isAlive(evidence.group());
        long copyFloor = namesCopy ? 0 : epoch;
        recoveries.begin(shard, new Recovery(before.revision() + 1, copyFloor, lastEpoch, asked, new TreeMap<>()));
        shards.set(shard, shards.get(shard).withRecovery(ShardRecovery.PENDING));
    }

    private @Nullable GroupRef leastLoaded() {
        Map<GroupRef, Integer> load = new HashMap<>();
        for (int shard = 0; shard < shards.size(); shard++) {
            GroupRef group = desired(shard);
            if (group != null) {
                load.merge(group, 1, Integer::sum);
            }
        }
        return groups.values().stream()
                .filter(GroupRow::isMember)
                .map(GroupRow::ref)
                .min(Comparator.comparing((GroupRef group) -> load.getOrDefault(group, 0))
                        .thenComparing(Comparator.naturalOrder()))
                .orElse(null);
    }

    void settle(OwnerReport report) {
        settlements.report(report);
    }

    /** Whether the shard may still arrive at the group by a plan that was dropped before this change. */
    boolean isUnsettled(GroupRef group, int shard) {
        return base.settlements().isOpen(group, shard);
    }

    /** Asks everyone who may hold the shard's token or have a copy, as things were before this change. */
    void beginRecovery(int shard) {
        TreeSet<GroupRef> asked = new TreeSet<>(settlements.of(shard));
        ShardRow was = before.shard(shard);
        GroupRef ownerBefore = base.recoveries().ownersBefore().get(shard);
        Stream.of(was.owner(), was.target(), ownerBefore)
                .filter(Objects::nonNull)
                .forEach(asked::add);
        if (ownerBefore == null && was.epoch() > 1) {
            // It changed hands before the cluster had the level at which that is recorded: anyone may have a copy.
            asked.addAll(groups.keySet());
        }
        ask(shard, asked);
    }

    /** Asks again what was asked before this change: what groups have said of a group that lived may hold no longer. */
    void restartRecoveries() {
        base.recoveries().pending().forEach((shard, recovery) -> {
            TreeSet<GroupRef> asked = new TreeSet<>(recovery.asked());
            asked.addAll(recoveries.pending().getOrDefault(shard, recovery).asked());
            ask(shard, asked);
        });
    }

    /** Asks one more group, whose word is needed before the shard goes on there. */
    void askToo(int shard, GroupRef group) {
        Recovery recovery = recoveries.pending().get(shard);
        if (recovery != null) {
            recoveries.begin(shard, recovery.askingAlso(group));
        }
    }

    private void ask(int shard, SortedSet<GroupRef> asked) {
        asked.removeIf(group -> !isAlive(group));
        recoveries.begin(
                shard, new Recovery(before.revision() + 1, copyFloor(shard), lastEpoch(shard), asked, new TreeMap<>()));
        shards.set(shard, shards.get(shard).withRecovery(ShardRecovery.PENDING));
    }

    /** A copy that was named and did not go on yet still counts, others only if they are of the epoch that was lost. */
    private long copyFloor(int shard) {
        Recovery asked = base.recoveries().pending().get(shard);
        if (asked != null) {
            return asked.copyFloor();
        }
        Outcome outcome = base.recoveries().outcomes().get(shard);
        ShardRow was = before.shard(shard);
        return was.recovery() == ShardRecovery.FROM_COPY && outcome != null ? outcome.copyEpoch() : was.epoch();
    }

    /**
     * A group that took the token from the recorded owner has one epoch more than that one, and nobody took it from
     * that group, since no revision named it as owner.
     */
    private long lastEpoch(int shard) {
        Recovery asked = base.recoveries().pending().get(shard);
        return asked != null ? asked.lastEpoch() : before.shard(shard).epoch() + 1;
    }

    /** What a group has to say of a shard that was lost. */
    void hear(OwnerReport report) {
        recoveries.heard(report);
    }

    SortedMap<Integer, Recovery> pendingRecoveries() {
        return new TreeMap<>(recoveries.pending());
    }

    /** Names the group where the shard goes on from a copy that was frozen for this epoch. */
    void nameFromCopy(int shard, GroupRef group, long copyEpoch) {
        name(shard, group, ShardRecovery.FROM_COPY);
        ShardRow row = shards.get(shard);
        recoveries.wentOn(shard, new Outcome(Recoveries.Source.FROZEN_COPY, group, row.epoch(), copyEpoch));
    }

    /** Names the group where the shard goes on empty. */
    void nameEmpty(int shard, GroupRef group) {
        name(shard, group, ShardRecovery.EMPTY);
        ShardRow row = shards.get(shard);
        recoveries.wentOn(shard, new Outcome(Recoveries.Source.EMPTY, group, row.epoch(), 0));
    }

    /** {@link Recoveries} says why above this epoch. */
    private void name(int shard, GroupRef group, ShardRecovery how) {
        Recovery recovery = recoveries.pending().get(shard);
        long lastEpoch = recovery == null ? 0 : recovery.lastEpoch();
        own(shard, group, Math.max(lastEpoch, shards.get(shard).epoch() + 1) + 1);
        shards.set(shard, shards.get(shard).withRecovery(how));
    }

    /** The owner's log has the shard: there is nothing left to recover. */
    void endRecovery(int shard) {
        ShardRow row = shards.get(shard);
        if (recoveries.over(shard) && row.owner() != null) {
            recoveries.wentOn(shard, new Outcome(Recoveries.Source.OWNER, row.owner(), row.epoch(), 0));
        }
        shards.set(shard, row.withRecovery(ShardRecovery.NONE));
        for (GroupRef group : settlements.of(shard)) {
            if (!isAlive(group)) {
                settlements.arrived(group, shard);
            }
        }
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

    /** Balances all shards over the members; with no such group, nothing is planned any more. */
    void rebalance() {
        List<GroupRow> members =
                groups.values().stream().filter(GroupRow::isMember).toList();
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
        return row == null || !row.isMember() ? null : ref;
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
        RecoveryRules.settle(this);
        if (stage() == RestoreStage.NONE) {
            removeSettledLeavers();
        }
        List<GroupRef> gone = before.groups().keySet().stream()
                .filter(ref -> !groups.containsKey(ref))
                .toList();
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
        if (rows.isEmpty() && !newMap && terms.equals(before.terms())) {
            boolean changed =
                    registryChanged || settlements.isChanged() || recoveries.isChanged() || restoration.isChanged();
            return new Drafted(changed ? state(before, base.history()) : base, null, changed);
        }
        ConfigDelta delta = ConfigDelta.extending(before, newMap ? before.num() + 1 : before.num(), terms, rows);
        ClusterConfig after = switch (before.apply(delta)) {
            case Extension.Extended extended -> extended.config();
            case Extension.Refused refused ->
                throw new IllegalStateException("a change made here does not fit: " + refused.why());
        };
        return new Drafted(state(after, newMap ? historyWith(after) : base.history()), delta, true);
    }

    /** In a restore also reports change what is planned, so each map stands for itself. */
    private MapHistory historyWith(ClusterConfig after) {
        return before.terms().stage() == RestoreStage.NONE ? base.history().and(before, after) : MapHistory.of(after);
    }

    private ControllerState state(ClusterConfig config, MapHistory history) {
        return new ControllerState(
                config,
                registry,
                settlements.isChanged() ? settlements.build() : base.settlements(),
                recoveries.isChanged() ? recoveries.build() : base.recoveries(),
                restoration.build(),
                history,
                base.requests());
    }

    /** What a draft became: the state, what watchers are told, if anything, and whether anything changed. */
    record Drafted(ControllerState state, @Nullable ConfigDelta delta, boolean changed) {}

    private void removeSettledLeavers() {
        TreeSet<GroupRef> leavers = new TreeSet<>();
        groups.values().stream().filter(GroupRow::leaving).map(GroupRow::ref).forEach(leavers::add);
        if (leavers.isEmpty()) {
            return;
        }
        for (ShardRow row : shards) {
            if (row.owner() != null) {
                leavers.remove(row.owner());
            }
            if (row.target() != null) {
                leavers.remove(row.target());
            }
        }
        leavers.removeIf(ref -> !settlements.isClear(ref) || recoveries.needs(ref));
        leavers.forEach(groups::remove);
    }
}
