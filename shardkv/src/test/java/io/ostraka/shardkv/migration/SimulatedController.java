package io.ostraka.shardkv.migration;

import io.ostraka.proto.Feature;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ClusterTerms;
import io.ostraka.proto.config.ConfigDelta;
import io.ostraka.proto.config.Extension;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.GroupRow;
import io.ostraka.proto.config.ShardRecovery;
import io.ostraka.proto.config.ShardRow;
import io.ostraka.raft.core.GroupId;
import io.ostraka.shardkv.shard.GroupConfig;
import io.ostraka.shardkv.shard.ShardState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The controller as far as groups see it: plans at random, records claims and reports, settles groups that leave. */
final class SimulatedController implements PlanningController {

    private record Promise(int shard, GroupRef group) implements Comparable<Promise> {

        @Override
        public int compareTo(Promise other) {
            int byShard = Integer.compare(shard, other.shard);
            return byShard != 0 ? byShard : group.compareTo(other.group);
        }
    }

    private final SplittableRandom random;
    private final List<ConfigDelta> deltas = new ArrayList<>();
    /** Shards that were ever targeted at a group, with the revision at which that was dropped, -1 while it holds. */
    private final TreeMap<Promise, Long> unsettled = new TreeMap<>();
    /** By shard: the owner before, which may still have its frozen copy. */
    private final TreeMap<Integer, GroupRef> ownersBefore = new TreeMap<>();

    private final SimulatedRecoveries recoveries = new SimulatedRecoveries();

    private ClusterConfig config;
    private long nextIncarnation = 1;

    SimulatedController(int shards, SplittableRandom random) {
        this.random = random;
        this.config = ClusterConfig.founded(1, shards);
    }

    @Override
    public ClusterConfig config() {
        return config;
    }

    /** The change that made a revision, if it is one of those made here. */
    @Override
    public @Nullable ConfigDelta delta(long revision) {
        int at = (int) (revision - 2);
        return at >= 0 && at < deltas.size() ? deltas.get(at) : null;
    }

    @Override
    public GroupId join(long gid) {
        GroupRef ref = new GroupRef(gid, nextIncarnation++);
        change(List.of(), List.of(new GroupRow(ref, false, 1, List.of())), List.of());
        return new GroupId(ref.gid(), ref.incarnation());
    }

    /** Tells a group to leave, unless it is the last. */
    @Override
    public void leave(GroupId group) {
        GroupRef ref = ref(group);
        List<GroupRef> stay = staying();
        stay.remove(ref);
        if (stay.isEmpty() || !config.isMember(ref)) {
            return;
        }
        List<ShardRow> rows = new ArrayList<>();
        for (ShardRow row : config.shards()) {
            if (ref.equals(config.desired(row.shard())) || ref.equals(row.target())) {
                rows.add(target(row, stay.get(random.nextInt(stay.size()))));
            }
        }
        change(rows, List.of(new GroupRow(ref, true, 1, List.of())), List.of());
    }

    /** Moves one shard to a group that stays, or takes its plan back. */
    @Override
    public void move() {
        List<GroupRef> stay = staying();
        ShardRow row = config.shard(random.nextInt(config.shardCount()));
        GroupRef owner = row.owner();
        boolean back = owner != null && config.isMember(owner) && random.nextInt(3) == 0;
        ShardRow moved = back ? target(row, null) : target(row, stay.get(random.nextInt(stay.size())));
        if (!moved.equals(row)) {
            change(List.of(moved), List.of(), List.of());
        }
    }

    /** Gives a group up for dead, as an administrator does who has seen to it that it is. */
    @Override
    public void retire(GroupId group) {
        GroupRef dead = ref(group);
        GroupRow row = config.groups().get(dead);
        if (row == null || row.retired() || staying().stream().allMatch(dead::equals)) {
            return;
        }
        List<GroupRef> stay = staying();
        stay.remove(dead);
        List<ShardRow> rows = new ArrayList<>();
        for (ShardRow shard : config.shards()) {
            boolean held = dead.equals(shard.owner());
            boolean homeless = dead.equals(shard.target()) || (held && shard.target() == null);
            ShardRow planned = homeless ? target(shard, stay.get(random.nextInt(stay.size()))) : shard;
            boolean concerned =
                    shard.owner() != null && (held || unsettled.containsKey(new Promise(shard.shard(), dead)));
            if (concerned || recoveries.isPending(shard.shard())) {
                recoveries.begin(shard, config.revision() + 1, askedAbout(shard));
                planned = planned.withRecovery(ShardRecovery.PENDING);
            }
            if (!planned.equals(shard)) {
                rows.add(planned);
            }
        }
        change(rows, List.of(row.asRetired()), List.of());
        for (ShardRow shard : config.shards()) {
            decide(shard.shard());
        }
    }

    @Override
    public boolean isMember(GroupId group) {
        return config.isMember(ref(group));
    }

    @Override
    public boolean isRetired(GroupId group) {
        GroupRow row = config.groups().get(ref(group));
        return row != null && row.retired();
    }

    @Override
    public void known(GroupId group, GroupConfig known) {
        throw new AssertionError("nobody asked for " + known);
    }

    @Override
    public boolean isRestoring() {
        return false;
    }

    @Override
    public void live(long nowMillis, Set<GroupId> hosted, boolean calm) {
        // It plans when it is told to, and forgets nothing.
    }

    private Set<GroupRef> askedAbout(ShardRow shard) {
        Set<GroupRef> asked = new HashSet<>();
        asked.add(shard.owner());
        asked.add(ownersBefore.getOrDefault(shard.shard(), shard.owner()));
        for (Promise promise : unsettled.keySet()) {
            if (promise.shard() == shard.shard()) {
                asked.add(promise.group());
            }
        }
        return asked;
    }

    private void decide(int shard) {
        ShardRow row = config.shard(shard);
        if (!recoveries.isPending(shard)) {
            return;
        }
        switch (recoveries.verdict(row, config)) {
            case SimulatedRecoveries.Verdict.Waits ignored -> {}
            case SimulatedRecoveries.Verdict.Kept ignored -> over(row.withRecovery(ShardRecovery.NONE));
            case SimulatedRecoveries.Verdict.FromCopy copy -> {
                recoveries.goesOnFromCopy(shard, copy.epoch());
                goesOn(row, copy.at(), ShardRecovery.FROM_COPY);
            }
            case SimulatedRecoveries.Verdict.Empty empty -> goesOn(row, empty.at(), ShardRecovery.EMPTY);
        }
    }

    private void goesOn(ShardRow row, GroupRef at, ShardRecovery how) {
        GroupRef target = at.equals(row.target()) ? null : row.target();
        over(row.withOwner(at, row.epoch() + 2).withTarget(target).withRecovery(how));
    }

    private void over(ShardRow row) {
        recoveries.end(row.shard());
        unsettled.keySet().removeIf(promise -> promise.shard() == row.shard() && !config.isAlive(promise.group()));
        change(List.of(row), List.of(), List.of());
    }

    @Override
    public void claim(GroupId group, int shard) {
        ShardRow row = config.shard(shard);
        if (row.owner() == null && ref(group).equals(row.target())) {
            change(List.of(settled(row.withOwner(ref(group), 1).withTarget(null), row)), List.of(), List.of());
        }
    }

    @Override
    public void report(GroupId group, OwnerReport report) {
        GroupRef ref = ref(group);
        ShardRow row = config.shard(report.shard());
        if (!config.isAlive(ref)) {
            return;
        }
        boolean holds = report.state().isServing();
        if (holds && report.epoch() == row.epoch() && row.recovery().isNamed()) {
            change(List.of(row.withRecovery(ShardRecovery.NONE)), List.of(), List.of());
        }
        if (holds && report.epoch() > row.epoch()) {
            GroupRef target = ref.equals(row.target()) ? null : row.target();
            ShardRow owned =
                    row.withOwner(ref, report.epoch()).withTarget(target).withRecovery(ShardRecovery.NONE);
            recoveries.end(report.shard());
            if (row.owner() != null) {
                ownersBefore.put(report.shard(), row.owner());
            }
            if (config.isLeaving(ref) && target == null) {
                List<GroupRef> stay = staying();
                owned = target(owned, stay.get(random.nextInt(stay.size())));
            }
            change(List.of(settled(owned, row)), List.of(), List.of());
        }
        ShardRow now = config.shard(report.shard());
        boolean fromHolder = holds && ref.equals(now.owner()) && report.epoch() == now.epoch();
        unsettled
                .entrySet()
                .removeIf(each -> fromHolder
                        && each.getKey().shard() == report.shard()
                        && each.getValue() >= 0
                        && report.appliedRevision() >= each.getValue()
                        && !handsTo(report.state(), each.getKey().group()));
        if (recoveries.said(report, ref)) {
            decide(report.shard());
        }
    }

    /** Groups that were told to leave and of which nothing is left. */
    @Override
    public Set<GroupId> gone() {
        Set<GroupId> gone = new HashSet<>();
        for (GroupRow row : List.copyOf(config.groups().values())) {
            if (row.leaving() && isSettled(row.ref()) && !recoveries.needs(row.ref())) {
                change(List.of(), List.of(), List.of(row.ref()));
                gone.add(new GroupId(row.ref().gid(), row.ref().incarnation()));
            }
        }
        return gone;
    }

    private boolean isSettled(GroupRef ref) {
        for (ShardRow row : config.shards()) {
            if (ref.equals(row.owner()) || ref.equals(row.target())) {
                return false;
            }
        }
        for (Promise promise : unsettled.keySet()) {
            if (promise.group().equals(ref)) {
                return false;
            }
        }
        return true;
    }

    private static boolean handsTo(ShardState state, GroupRef group) {
        return state instanceof ShardState.Exporting exporting
                && ref(exporting.target()).equals(group);
    }

    private ShardRow target(ShardRow row, @Nullable GroupRef wanted) {
        GroupRef target = wanted == null || wanted.equals(row.owner()) ? null : wanted;
        ShardRow planned = row.withTarget(target);
        if (target != null && row.owner() != null) {
            unsettled.put(new Promise(row.shard(), target), -1L);
        }
        return settled(planned, row);
    }

    /** Marks the drop of the former target. */
    private ShardRow settled(ShardRow now, ShardRow before) {
        GroupRef former = before.target();
        if (former != null && !former.equals(now.target()) && before.owner() != null) {
            unsettled.put(new Promise(before.shard(), former), config.revision() + 1);
        }
        return now;
    }

    private List<GroupRef> staying() {
        List<GroupRef> stay = new ArrayList<>();
        for (GroupRow row : config.groups().values()) {
            if (row.isMember()) {
                stay.add(row.ref());
            }
        }
        return stay;
    }

    private void change(List<ShardRow> shards, List<GroupRow> groups, List<GroupRef> removed) {
        ConfigDelta delta = ConfigDelta.extending(
                config,
                config.num() + 1,
                new ClusterTerms(Feature.NEWEST_LEVEL),
                new ConfigDelta.Rows(shards, groups, removed, List.of()));
        if (!(config.apply(delta) instanceof Extension.Extended extended)) {
            throw new AssertionError("the change does not extend: " + Arrays.asList(shards, groups, removed));
        }
        config = extended.config();
        deltas.add(delta);
    }

    private static GroupRef ref(GroupId group) {
        return new GroupRef(group.gid(), group.incarnation());
    }
}
