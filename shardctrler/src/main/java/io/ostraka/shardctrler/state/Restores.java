package io.ostraka.shardctrler.state;

import static io.ostraka.shardctrler.state.PlannedChange.rejected;

import io.ostraka.proto.Feature;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ClusterTerms;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.GroupRow;
import io.ostraka.proto.config.LostMaps;
import io.ostraka.proto.config.ReplicaRow;
import io.ostraka.proto.config.RestoreStage;
import io.ostraka.proto.config.ShardRecovery;
import io.ostraka.proto.config.ShardRow;
import io.ostraka.shardctrler.command.ControllerCommand.Initialise;
import io.ostraka.shardctrler.command.Hosted;
import io.ostraka.shardctrler.command.KnownGroups;
import io.ostraka.shardctrler.command.OwnerReport;
import io.ostraka.shardctrler.command.Restore;
import io.ostraka.shardctrler.command.TokenState;
import io.ostraka.shardctrler.state.Recoveries.Said;
import io.ostraka.shardctrler.state.Restoration.Evidence;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/*
 * How a cluster goes on whose controllers were all lost (DESIGN section 8).
 *
 * A backup of the controllers is old. Since it was taken, shards may have moved, groups may have joined, left or been
 * given up. Only the groups' logs say who holds which token, and the rule that there is one token a shard lives there.
 * So the new controllers first ask, and then plan:
 *
 * - HEARING. The configuration shows the table of the backup, corrected by what groups say; no group takes it into its
 *   log, so hand-overs under way go on by the old plan, which nobody extends: a token moves at most once more. Each
 *   group has to speak of each shard. It also says which groups its log knows, and the newest log tells which there
 *   are: one that the backup does not have is waited for until a node of its says that it has it, and is taken up
 *   again as it is; one that is gone or was given up since is not waited for. Whoever can have got a token is known to
 *   the log of the group that gave it away.
 * - SETTLING begins when all have spoken, and of every shard somebody has shown the token. Groups now take the
 *   configuration into their logs; from then on these begin no export of the old plan, nor create a shard. Once all
 *   have spoken of each shard again, from a log that has done so, and the owner of each has confirmed that it neither
 *   exports it elsewhere nor has frozen it, nothing of the old plan can happen any more. Words of this stage are also
 *   sure in another way: a leader that was deposed without knowing can say what held once, but no log of its takes
 *   the configuration.
 * - Then all is balanced as after a join, and the controllers plan again.
 *
 * A shard whose token nobody shows is with a group that is silent, or that nobody knows of. Waiting is right unless an
 * administrator knows that it is gone for good: `resume` then gives up the silent ones, and once all others have spoken
 * for sure such shards go on as those of a dead group do (Recoveries), at an epoch that is far above any that a lost
 * group can have reached.
 *
 * Numbers go on from the time of the restore, since how far the lost controllers had counted is not known: they make
 * less than a million revisions, replica ids and epochs of a shard, and less than one map, a second on average. A group
 * that joined in a lost map is told by that number, and its replicas are not deleted by nodes although the
 * configuration does not have it.
 *
 * Replicas of the backup count as created: one that was not yet, or whose group has gone since, is never created, since
 * another one of its group may hold a log.
 */
/** What a restore does to the state, and when it is done. Pure. */
final class Restores {

    /** More revisions, replica ids and epochs of a shard than a cluster makes in a second. */
    private static final long STEPS_A_SECOND = 1_000_000;

    /** Leaves room for numbers above. */
    private static final long SECONDS_MAX = Long.MAX_VALUE / (4 * STEPS_A_SECOND);

    private static final int NAMED_MAX = 10;

    private Restores() {}

    /** What is wrong with a restore, or null. */
    static @Nullable String problemOf(Initialise command, Restore restore) {
        ClusterConfig backup = restore.config();
        if (backup.clusterId() != command.clusterId() || backup.shardCount() != command.shards()) {
            return "the backup is of cluster " + Long.toHexString(backup.clusterId()) + " with " + backup.shardCount()
                    + " shards, not of cluster " + Long.toHexString(command.clusterId()) + " with "
                    + command.shards();
        }
        if (!Feature.RESTORE.isKnownAt(backup.terms().featureLevel())) {
            return "the backup is of feature level " + backup.terms().featureLevel() + "; nodes take part in a restore"
                    + " from level " + Feature.RESTORE.level() + " on";
        }
        if (command.featureLevel() < backup.terms().featureLevel()) {
            return "the backup is of feature level " + backup.terms().featureLevel() + ", and a controller knows level "
                    + command.featureLevel() + "; start the controllers with a newer version";
        }
        long seconds = restore.atEpochSeconds();
        boolean passed = seconds <= backup.num()
                || seconds * STEPS_A_SECOND <= Math.max(backup.revision(), restore.nextReplicaId());
        return seconds < LostMaps.FIRST_AFTER_RESTORE || seconds > SECONDS_MAX || passed
                ? "a restore at " + seconds
                        + " s since 1970 would begin with numbers that the cluster can have had; check"
                        + " the clock of the machine that asks for it"
                : null;
    }

    /** The state of the new controllers. */
    static ControllerState begin(Initialise command, Restore restore) {
        ClusterConfig backup = restore.config();
        long num = restore.atEpochSeconds();
        long revision = num * STEPS_A_SECOND;
        long nextReplicaId = num * STEPS_A_SECOND;
        List<LostMaps> lost = new ArrayList<>(backup.terms().lost());
        lost.add(new LostMaps(backup.num(), num));
        TreeMap<Integer, Evidence> evidence = new TreeMap<>();
        List<ShardRow> shards = new ArrayList<>();
        for (ShardRow row : backup.shards()) {
            shards.add(row.withTarget(null).withRecovery(ShardRecovery.NONE));
            if (row.owner() != null) {
                evidence.put(row.shard(), new Evidence(row.owner(), saidBy(row)));
            }
        }
        ClusterConfig config = backup.restored(
                num,
                revision,
                new ClusterTerms(backup.terms().featureLevel(), RestoreStage.HEARING, lost),
                shards,
                new ClusterConfig.Directory(
                        backup.groups().values().stream()
                                .map(Restores::asCreated)
                                .toList(),
                        List.copyOf(backup.nodes().values())));
        return new ControllerState(
                config,
                new Registry(command.members(), restore.nodes(), nextReplicaId),
                Settlements.EMPTY,
                Recoveries.EMPTY,
                new Restoration(0, new TreeMap<>(), evidence, ShardSet.EMPTY, false, KnownGroups.NONE, new TreeSet<>()),
                MapHistory.of(config),
                RecordedRequests.EMPTY);
    }

    /** That the shard has had this epoch is all that a backup proves, or that it was to go on from a copy at it. */
    private static Said saidBy(ShardRow row) {
        boolean fromCopy = row.recovery() == ShardRecovery.FROM_COPY;
        return new Said(fromCopy ? TokenState.FROZEN : TokenState.ABSENT, row.epoch(), null);
    }

    private static GroupRow asCreated(GroupRow row) {
        GroupRow created = row;
        for (ReplicaRow replica : row.replicas()) {
            created = created.withReplica(replica.asCreated());
        }
        return created;
    }

    /** A group has said which groups its log knows. */
    static void hear(ConfigDraft draft, KnownGroups groups) {
        if (draft.stage() != RestoreStage.HEARING) {
            return;
        }
        draft.restoration().hear(groups);
        draft.restoration().known().retired().stream()
                .map(draft::group)
                .filter(row -> row != null && !row.retired())
                .map(GroupRow::asRetired)
                .forEach(draft::put);
    }

    /** A group that lives has said what its log has of a shard. */
    static void hear(ConfigDraft draft, OwnerReport report) {
        Restoration.Draft restoration = draft.restoration();
        int shard = report.at().shard();
        if (report.state() == TokenState.RETIRED) {
            // It was given up after the backup was taken.
            Optional.ofNullable(draft.group(report.group()))
                    .map(GroupRow::asRetired)
                    .ifPresent(draft::put);
            return;
        }
        restoration.hear(report);
        if (draft.stage() == RestoreStage.HEARING) {
            show(draft, shard);
        } else if (restoration.counts(report) && confirms(draft.shard(shard), report)) {
            restoration.settle(shard);
        }
    }

    /** Shows in the table where the token is, as far as that was heard. */
    private static void show(ConfigDraft draft, int shard) {
        Evidence evidence = draft.restoration().evidence().get(shard);
        if (evidence == null || !evidence.showsToken(draft::isAlive)) {
            return;
        }
        Said said = evidence.said();
        long epoch = said.state() == TokenState.FROZEN ? said.epoch() - 1 : said.epoch();
        GroupRef peer = said.peer();
        if (epoch >= draft.shard(shard).epoch()) {
            draft.heardOf(shard, evidence.group(), epoch, peer != null && draft.isAlive(peer) ? peer : null);
        }
    }

    /** Whether the recorded owner says that it has the shard, and gives it to nobody but as planned. */
    private static boolean confirms(ShardRow row, OwnerReport report) {
        return report.holdsToken()
                && report.group().equals(row.owner())
                && report.at().epoch() == row.epoch()
                && (report.state() == TokenState.SERVING
                        || report.peer() == null
                        || report.peer().equals(row.target()));
    }

    /**
     * A node has a replica of a group that the configuration does not have; returns why it is not taken up, or null.
     */
    static @Nullable String takeUp(ConfigDraft draft, Hosted hosted) {
        GroupRef ref = hosted.group();
        GroupRow known = draft.group(ref);
        if (known != null) {
            known.replica(hosted.replicaId())
                    .filter(replica -> replica.nodeId() == 0)
                    .ifPresent(replica -> draft.put(
                            known.withReplica(new ReplicaRow(replica.replicaId(), hosted.nodeId(), true, false))));
            return null;
        }
        if (draft.stage() != RestoreStage.HEARING || !draft.terms().mayHaveLost(ref.incarnation())) {
            return "group " + ref + " is not part of this cluster"
                    + (draft.terms().mayHaveLost(ref.incarnation())
                            ? ": the controllers were restored from an older backup, and it was not there when they"
                                    + " asked; what its nodes have of it is kept"
                            : "");
        }
        if (!isPossible(hosted)) {
            return "group " + ref + " cannot have the members " + hosted.members();
        }
        GroupRow namesake = draft.groups().stream()
                .filter(row -> row.ref().gid() == ref.gid())
                .findFirst()
                .orElse(null);
        if (namesake != null
                && (namesake.ref().incarnation() > ref.incarnation()
                        || (draft.restoration().hasHeard(namesake.ref())
                                && !draft.restoration().known().isGone(namesake.ref())))) {
            return "group " + ref + " is not the one that has this number now, which is " + namesake.ref();
        }
        draft.put(new GroupRow(
                ref,
                false,
                1,
                hosted.members().stream()
                        .map(member -> member == hosted.replicaId()
                                ? new ReplicaRow(member, hosted.nodeId(), true, false)
                                : new ReplicaRow(member, 0, true, true))
                        .toList()));
        if (namesake != null) {
            // A number is given to another group only when the one before it holds nothing and is gone.
            draft.replace(namesake.ref(), ref);
        }
        return null;
    }

    private static boolean isPossible(Hosted hosted) {
        return hosted.group().gid() > 0
                && hosted.nodeId() != 0
                && hosted.members().size() <= JoinPlanner.REPLICAS_MAX
                && hosted.members().contains(hosted.replicaId())
                && hosted.members().stream().allMatch(member -> member > 0)
                && new HashSet<>(hosted.members()).size() == hosted.members().size();
    }

    /** Goes on as far as what was heard allows; returns whether that makes a new map. */
    static boolean advance(ConfigDraft draft) {
        Restoration.Draft restoration = draft.restoration();
        if (draft.stage() == RestoreStage.HEARING
                && waitsFor(draft).isEmpty()
                && (missing(draft).isEmpty() || restoration.isResumed())) {
            draft.stage(RestoreStage.SETTLING);
            draft.groups().stream()
                    .map(GroupRow::ref)
                    .filter(restoration.known()::isGone)
                    .forEach(draft::removeOrRetire);
            draft.dropPlansToRetired();
            restoration.askFrom(draft.before().revision() + 1);
            goOnWithMissing(draft);
        }
        if (draft.stage() != RestoreStage.SETTLING || !waitsFor(draft).isEmpty()) {
            return false;
        }
        if (restoration.isResumed()) {
            goOnWithMissing(draft);
        }
        if (!missing(draft).isEmpty() || unsettled(draft) > 0) {
            return false;
        }
        restoration.end();
        draft.stage(RestoreStage.NONE);
        draft.rebalance();
        return true;
    }

    /** An epoch of a shard above all that groups can have had that are lost. */
    static long epochAfterLoss(ConfigDraft draft, long known) {
        return Math.max(known + 1, draft.terms().lastRestoredAt() * STEPS_A_SECOND);
    }

    private static void goOnWithMissing(ConfigDraft draft) {
        for (int shard : missing(draft)) {
            draft.goOnWithout(shard, draft.restoration().evidence().get(shard));
        }
    }

    /** The groups that have not spoken of every shard yet, in the first stage also those that are not there yet. */
    static List<GroupRef> waitsFor(ConfigDraft draft) {
        Restoration.Draft restoration = draft.restoration();
        boolean hearing = draft.stage() == RestoreStage.HEARING;
        Stream<GroupRef> silent = draft.groups().stream()
                .map(GroupRow::ref)
                .filter(draft::isAlive)
                .filter(group -> !hearing || !restoration.known().isGone(group))
                .filter(group -> !restoration.hasHeardAll(group, draft.shardCount())
                        || (hearing && !restoration.hasTold(group)));
        Stream<GroupRef> expected = restoration.known().alive().stream()
                .filter(group ->
                        hearing && draft.group(group) == null && draft.terms().mayHaveLost(group.incarnation()));
        return Stream.concat(silent, expected).toList();
    }

    /**
     * The shards whose token nobody has shown, and that do not go on without it. One of which nobody knows anything may
     * have been born since the backup at a group that nobody knows.
     */
    static List<Integer> missing(ConfigDraft draft) {
        return IntStream.range(0, draft.shardCount())
                .filter(shard -> !isShown(draft, shard) && !goesOn(draft, shard) && !isToBeCreated(draft, shard))
                .boxed()
                .toList();
    }

    private static boolean isShown(ConfigDraft draft, int shard) {
        Evidence evidence = draft.restoration().evidence().get(shard);
        return evidence != null && evidence.showsToken(draft::isAlive);
    }

    /** Whether the shard was claimed by a group that lives, whose log has not created it yet. */
    private static boolean isToBeCreated(ConfigDraft draft, int shard) {
        GroupRef owner = draft.shard(shard).owner();
        return owner != null
                && draft.isAlive(owner)
                && claimed(owner).equals(draft.restoration().evidence().get(shard))
                && draft.restoration().hasHeard(owner, shard);
    }

    /** What a backup says of a shard that was never handed over; the owner's own word would say more. */
    private static Evidence claimed(GroupRef owner) {
        return new Evidence(owner, new Said(TokenState.ABSENT, 1, null));
    }

    /**
     * Whether it is being recovered; where there is no group at all, an administrator has seen that there is nothing.
     */
    private static boolean goesOn(ConfigDraft draft, int shard) {
        ShardRow row = draft.shard(shard);
        boolean nothing = draft.groups().isEmpty() && draft.restoration().isResumed();
        return nothing
                || row.recovery() == ShardRecovery.PENDING
                || (row.recovery().isNamed() && row.owner() != null && draft.isAlive(row.owner()));
    }

    /** How many shards their owner has not confirmed yet. */
    static int unsettled(ConfigDraft draft) {
        int unsettled = 0;
        for (int shard = 0; shard < draft.shardCount(); shard++) {
            unsettled += draft.restoration().isSettled(shard) || goesOn(draft, shard) ? 0 : 1;
        }
        return unsettled;
    }

    /** Gives groups up, and lets shards go on whose token nobody has. */
    static PlannedChange resume(ConfigDraft draft, List<GroupRef> dead) {
        if (draft.stage() == RestoreStage.NONE) {
            return new PlannedChange.Needless("no restore is under way; nothing to resume");
        }
        boolean changes = false;
        for (GroupRef group : dead) {
            GroupRow row = draft.group(group);
            if (row == null && !draft.restoration().known().alive().contains(group)) {
                return rejected("group " + group + " is not there any more; plan again");
            }
            changes |= row == null || !row.retired();
            draft.restoration().giveUp(group);
            if (row != null) {
                draft.put(row.asRetired());
            }
        }
        List<Integer> missing = missing(draft);
        changes |= !missing.isEmpty() && !draft.restoration().isResumed();
        if (!changes) {
            return new PlannedChange.Needless(
                    "no group is silent and every shard is there: the restore goes on by itself");
        }
        draft.dropPlansToRetired();
        draft.restartRecoveries();
        draft.restoration().resume();
        advance(draft);
        return new PlannedChange.Planned(
                true,
                (dead.isEmpty() ? "no group" : "group " + named(dead)) + (dead.size() > 1 ? " are" : " is")
                        + " given up for dead, and " + missing.size()
                        + " shards whose token nobody has go on from what copies there are, else empty");
    }

    private static String named(List<GroupRef> groups) {
        String names = groups.stream()
                .limit(NAMED_MAX)
                .map(group -> String.valueOf(group.gid()))
                .reduce((a, b) -> a + ", " + b)
                .orElse("");
        return groups.size() > NAMED_MAX ? names + " and " + (groups.size() - NAMED_MAX) + " more" : names;
    }
}
