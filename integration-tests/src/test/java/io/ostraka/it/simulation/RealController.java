package io.ostraka.it.simulation;

import io.ostraka.proto.Feature;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigDelta;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.GroupRow;
import io.ostraka.proto.config.RestoreStage;
import io.ostraka.raft.core.GroupId;
import io.ostraka.shardctrler.codec.CommandCodec;
import io.ostraka.shardctrler.codec.ImageCodec;
import io.ostraka.shardctrler.command.Change;
import io.ostraka.shardctrler.command.Claim;
import io.ostraka.shardctrler.command.ControllerCommand;
import io.ostraka.shardctrler.command.ControllerCommand.Administer;
import io.ostraka.shardctrler.command.ControllerCommand.Initialise;
import io.ostraka.shardctrler.command.ControllerCommand.RegisterNode;
import io.ostraka.shardctrler.command.ControllerCommand.Report;
import io.ostraka.shardctrler.command.ControllerMember;
import io.ostraka.shardctrler.command.ControllerResult;
import io.ostraka.shardctrler.command.Hosted;
import io.ostraka.shardctrler.command.KnownGroups;
import io.ostraka.shardctrler.command.RequestId;
import io.ostraka.shardctrler.command.Restore;
import io.ostraka.shardctrler.command.TokenState;
import io.ostraka.shardctrler.state.ControllerState;
import io.ostraka.shardctrler.state.RestoreStatus;
import io.ostraka.shardctrler.state.Transition;
import io.ostraka.shardctrler.state.Transitions;
import io.ostraka.shardkv.migration.OwnerReport;
import io.ostraka.shardkv.migration.PlanningController;
import io.ostraka.shardkv.shard.GroupConfig;
import io.ostraka.shardkv.shard.ShardState;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The controller's real state machine, which gets every command through the bytes of its log and its state through
 * those of its file. Now and then all of its replicas are lost, and it goes on from an old backup.
 */
final class RealController implements PlanningController {

    private static final long CLUSTER = 77;
    private static final long EPOCH_SECONDS = 1_800_000_000L;
    private static final long PATIENCE_MILLIS = 5_000;

    private final SplittableRandom random;
    private final int shards;
    private final boolean forgetful;
    private final List<ControllerState> backups = new ArrayList<>();
    /** The groups that an administrator has given up, whatever the controller remembers. */
    private final Set<GroupId> dead = new TreeSet<>();

    private final TreeMap<Long, ConfigDelta> deltas = new TreeMap<>();
    private final Set<GroupRef> gone = new TreeSet<>();
    private ControllerState state = ControllerState.EMPTY;
    private long restoredAtMillis;
    private long requests;
    private long restores;
    private long finished;

    /** @param forgetful whether its replicas are lost now and then */
    RealController(int shards, boolean forgetful, SplittableRandom random) {
        this.shards = shards;
        this.forgetful = forgetful;
        this.random = random;
        apply(new Initialise(CLUSTER, shards, members(1), Feature.NEWEST_LEVEL));
        for (int node = 1; node <= 3; node++) {
            apply(new RegisterNode(node, "n" + node + ":1", 1, Feature.NEWEST_LEVEL));
        }
    }

    /** How often it went on from a backup, and how often that came to its end. */
    Restored restored() {
        return new Restored(restores, finished);
    }

    /** What a restore waits for, for people. */
    String restoreStatus() {
        return config().terms().stage() + " " + RestoreStatus.of(state) + " of " + state.restoration();
    }

    /** Restores begun and done. */
    record Restored(long begun, long done) {}

    private static List<ControllerMember> members(long generation) {
        return List.of(new ControllerMember((1L << 62) + generation, 1_000 + generation, "ctrl:1"));
    }

    private ControllerResult apply(ControllerCommand command) {
        if (!(CommandCodec.decode(CommandCodec.encode(command)) instanceof CommandCodec.Decoded.Command decoded)
                || !decoded.command().equals(command)) {
            throw new AssertionError("does not survive the log: " + command);
        }
        ControllerState before = state;
        Transition transition = Transitions.apply(state, decoded.command());
        state = random.nextInt(20) == 0 ? ImageCodec.decode(ImageCodec.encode(transition.state())) : transition.state();
        ConfigDelta delta = transition.delta();
        if (delta != null) {
            deltas.put(delta.revision(), delta);
            gone.addAll(delta.rows().removedGroups());
        }
        if (before.config() != null
                && before.config().terms().stage() != RestoreStage.NONE
                && config().terms().stage() == RestoreStage.NONE) {
            finished++;
        }
        return transition.result();
    }

    private ControllerResult change(Change change) {
        return apply(new Administer(new RequestId(1, ++requests), 0, change));
    }

    @Override
    public ClusterConfig config() {
        return Objects.requireNonNull(state.config());
    }

    @Override
    public @Nullable ConfigDelta delta(long revision) {
        return deltas.get(revision);
    }

    @Override
    public @Nullable GroupId join(long gid) {
        if (config().group(gid).isPresent()) {
            return null;
        }
        change(new Change.Join(List.of(new Change.JoiningGroup(gid, List.of("n1:1", "n2:1", "n3:1"), 0))));
        return config().group(gid)
                .map(row -> new GroupId(row.ref().gid(), row.ref().incarnation()))
                .orElse(null);
    }

    @Override
    public void leave(GroupId group) {
        if (config().isMember(ref(group)) && config().members().size() > 1) {
            change(new Change.Leave(List.of(group.gid())));
        }
    }

    @Override
    public void move() {
        List<GroupRow> members = config().members();
        int shard = random.nextInt(shards);
        if (members.isEmpty()) {
            return;
        }
        if (random.nextInt(5) == 0) {
            change(new Change.Undo(Math.max(0, config().num() - random.nextLong(1, 4))));
        } else {
            change(new Change.Move(
                    shard, members.get(random.nextInt(members.size())).ref().gid()));
        }
    }

    /** A backup of before is of no use any more: what was given up must not come to life again. */
    @Override
    public void retire(GroupId group) {
        dead.add(group);
        if (!isRestoring()) {
            giveUp();
        }
        backups.clear();
    }

    private void giveUp() {
        dead.stream()
                .map(RealController::ref)
                .filter(config()::isAlive)
                .forEach(ref -> change(new Change.Recover(ref.gid(), ref.incarnation(), 0)));
    }

    /** After a while also those are given up of which no node has anything: they left when the backup was taken. */
    private void resume(Set<GroupId> hosted, boolean patient) {
        TreeSet<GroupRef> expected = new TreeSet<>(config().groups().keySet());
        expected.removeIf(ref -> !config().isAlive(ref));
        RestoreStatus.of(state).ifPresent(status -> expected.addAll(status.waitsFor()));
        change(new Change.Resume(expected.stream()
                .filter(ref -> {
                    GroupId id = new GroupId(ref.gid(), ref.incarnation());
                    return dead.contains(id) || (!patient && !hosted.contains(id));
                })
                .toList()));
        backups.clear();
    }

    @Override
    public boolean isMember(GroupId group) {
        return config().isMember(ref(group));
    }

    @Override
    public boolean isRetired(GroupId group) {
        GroupRow row = config().groups().get(ref(group));
        return row != null && row.retired();
    }

    @Override
    public boolean isRestoring() {
        return config().terms().stage() != RestoreStage.NONE;
    }

    @Override
    public void claim(GroupId group, int shard) {
        apply(new Report(List.of(), List.of(new Claim(ref(group), shard)), List.of()));
    }

    @Override
    public void report(GroupId group, OwnerReport report) {
        io.ostraka.shardctrler.command.OwnerReport said = new io.ostraka.shardctrler.command.OwnerReport(
                ref(group),
                new io.ostraka.shardctrler.command.OwnerReport.ShardEpoch(report.shard(), report.epoch()),
                report.appliedRevision(),
                stateOf(report.state()),
                peerOf(report.state()));
        apply(new Report(List.of(), List.of(), List.of(said)));
    }

    @Override
    public void known(GroupId group, GroupConfig config) {
        TreeSet<GroupRef> alive = new TreeSet<>();
        TreeSet<GroupRef> retired = new TreeSet<>();
        config.groups().values().forEach(plan -> (plan.retired() ? retired : alive).add(ref(plan.group())));
        KnownGroups known = new KnownGroups(ref(group), config.revision(), config.num(), alive, retired);
        apply(new Report(List.of(), List.of(), List.of(), List.of(), known));
    }

    private static TokenState stateOf(ShardState state) {
        return switch (state) {
            case ShardState.Absent _ -> TokenState.ABSENT;
            case ShardState.Serving _ -> TokenState.SERVING;
            case ShardState.Exporting _ -> TokenState.EXPORTING;
            case ShardState.Frozen _ -> TokenState.FROZEN;
            case ShardState.Importing _ -> TokenState.IMPORTING;
            case ShardState.Retired _ -> TokenState.RETIRED;
        };
    }

    private static @Nullable GroupRef peerOf(ShardState state) {
        return switch (state) {
            case ShardState.Exporting exporting -> ref(exporting.target());
            case ShardState.Frozen frozen -> ref(frozen.successor());
            case ShardState.Importing importing -> ref(importing.source());
            case ShardState.Absent _, ShardState.Serving _, ShardState.Retired _ -> null;
        };
    }

    @Override
    public Set<GroupId> gone() {
        Set<GroupId> left = new TreeSet<>();
        gone.forEach(ref -> left.add(new GroupId(ref.gid(), ref.incarnation())));
        gone.clear();
        return left;
    }

    @Override
    public void live(long nowMillis, Set<GroupId> hosted, boolean calm) {
        if (isRestoring()) {
            // Nodes need longer than groups to find their new controllers.
            hosted.stream().filter(group -> random.nextInt(12) == 0 || calm).forEach(this::tell);
            boolean patient = nowMillis < restoredAtMillis + PATIENCE_MILLIS;
            if ((!dead.isEmpty() || !patient) && (random.nextInt(10) == 0 || calm)) {
                resume(hosted, patient);
            }
        } else {
            giveUp();
            hosted.stream()
                    .map(RealController::ref)
                    .filter(ref -> !config().groups().containsKey(ref))
                    .forEach(gone::add);
        }
        if (!forgetful || calm) {
            return;
        }
        if (random.nextInt(8) == 0) {
            backups.add(state);
        }
        if (!backups.isEmpty() && random.nextInt(20) == 0) {
            restoredAtMillis = nowMillis;
            restore(backups.get(random.nextInt(backups.size())), EPOCH_SECONDS + nowMillis);
        }
    }

    /** A node says that it has a replica of a group that the configuration does not have, if its rules say so. */
    private void tell(GroupId group) {
        if (config().groups().containsKey(ref(group)) || !config().terms().mayHaveLost(group.incarnation())) {
            return;
        }
        long replica = group.incarnation() * 10;
        Hosted hosted = new Hosted(ref(group), replica + 1, 1, List.of(replica + 1, replica + 2, replica + 3));
        apply(new Report(List.of(), List.of(), List.of(), List.of(hosted), KnownGroups.NONE));
    }

    private void restore(ControllerState backup, long atSeconds) {
        restores++;
        deltas.clear();
        gone.clear();
        state = ControllerState.EMPTY;
        ControllerResult result = apply(new Initialise(
                CLUSTER,
                shards,
                members(restores + 1),
                Feature.NEWEST_LEVEL,
                new Restore(
                        Objects.requireNonNull(backup.config()),
                        backup.registry().nodes(),
                        backup.registry().nextReplicaId(),
                        atSeconds)));
        if (!(result instanceof ControllerResult.Done)) {
            throw new AssertionError("not restored: " + result);
        }
    }

    private static GroupRef ref(GroupId group) {
        return new GroupRef(group.gid(), group.incarnation());
    }
}
