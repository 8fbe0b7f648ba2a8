package io.ostraka.shardkv.shard;

import static io.ostraka.shardkv.shard.GroupFixture.activation;
import static io.ostraka.shardkv.shard.GroupFixture.append;
import static io.ostraka.shardkv.shard.GroupFixture.copy;
import static io.ostraka.shardkv.shard.GroupFixture.freeze;
import static io.ostraka.shardkv.shard.GroupFixture.groups;
import static io.ostraka.shardkv.shard.GroupFixture.handOver;
import static io.ostraka.shardkv.shard.GroupFixture.key;
import static io.ostraka.shardkv.shard.GroupFixture.name;
import static io.ostraka.shardkv.shard.GroupFixture.plan;
import static io.ostraka.shardkv.shard.GroupFixture.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.proto.config.LostMaps;
import io.ostraka.raft.core.Bytes;
import io.ostraka.shardkv.command.ClientWrite;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.Command.ForgetProof;
import io.ostraka.shardkv.command.Digest;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.command.SessionId;
import io.ostraka.shardkv.command.ShardItem;
import io.ostraka.shardkv.command.ShardPlan;
import io.ostraka.shardkv.session.SessionOptions;
import io.ostraka.shardkv.session.WriteOutcome;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * One test a rule of DESIGN section 5, in the order of the table of rules that an exhaustive search showed to be
 * needed: each plays the shortest way to a violation, and sees the rule close it.
 */
class HandOverRulesTest {

    private static final int SHARD = 1;
    private static final Bytes KEY = key(SHARD, 0);
    private static final Bytes OTHER_KEY = key(SHARD, 1);

    private final GroupFixture a = new GroupFixture(1, 1);
    private final GroupFixture b = new GroupFixture(2, 2);
    private final GroupFixture c = new GroupFixture(3, 3);

    /** Group a is born with the shard, and the plan is that b gets it. */
    @BeforeEach
    void shardServedByA() {
        planned(plan(SHARD, a, 1, null));
        assertThat(a.apply(new Command.CreateShard(SHARD))).isEqualTo(KvResult.Heeded.INSTANCE);
        a.write(1, 1, SHARD, put(KEY, "first"));
        planned(plan(SHARD, a, 1, b));
    }

    private void planned(ShardPlan plan) {
        for (GroupFixture group : List.of(a, b, c)) {
            group.configure(groups(a, b, c), plan);
        }
    }

    private static KvResult ignored(StepRefusal why) {
        return new KvResult.Ignored(why);
    }

    private static KvResult heeded() {
        return KvResult.Heeded.INSTANCE;
    }

    @Test
    void shardMovesWithItsContent() {
        ExportName name = name(SHARD, 1, 1, a, b);

        assertThat(handOver(name, a, b)).isEqualTo(heeded());

        assertThat(b.state(SHARD)).isEqualTo(new ShardState.Serving(2));
        assertThat(b.get(SHARD, KEY)).isEqualTo("first");
        assertThat(a.state(SHARD)).isInstanceOf(ShardState.Frozen.class);
        assertThat(a.apply(new Command.CleanUp(name))).isEqualTo(heeded());
        assertThat(a.state(SHARD)).isEqualTo(new ShardState.Absent(2));
        assertThat(a.rowsOf(SHARD)).isZero();
    }

    @Test
    void exportIdsAreCompared_oldCancelAcknowledgementDoesNotEndTheNewImport() {
        ExportName first = name(SHARD, 1, 1, a, b);
        b.apply(new Command.BeginImport(first));
        a.apply(new Command.CancelExport(first));
        b.apply(new Command.ForgetImport(first, ForgetProof.SOURCE_CANCELLED));
        ExportName second = name(SHARD, 1, 2, a, b);
        freeze(second, a, b);

        KvResult late = b.apply(new Command.ForgetImport(first, ForgetProof.SOURCE_CANCELLED));

        assertThat(late).isEqualTo(ignored(StepRefusal.OTHER_STATE));
        assertThat(b.state(SHARD)).isInstanceOf(ShardState.Importing.class);
    }

    @Test
    void exportIdsAreCompared_aLateFreezeOfAnEarlierExportDoesNotFreezeTheNewOne() {
        ExportName first = name(SHARD, 1, 1, a, b);
        a.apply(new Command.BeginExport(first));
        a.apply(new Command.CancelExport(first));
        ExportName second = name(SHARD, 1, 2, a, b);
        a.apply(new Command.BeginExport(second));

        assertThat(a.apply(new Command.Freeze(first))).isEqualTo(ignored(StepRefusal.OTHER_STATE));
        assertThat(a.state(SHARD).isExporting(second)).isTrue();
    }

    @Test
    void cancelIsLogged_aLateFreezeOfACancelledExportIsNotHeeded() {
        ExportName name = name(SHARD, 1, 1, a, b);
        b.apply(new Command.BeginImport(name));
        a.apply(new Command.BeginExport(name));
        a.apply(new Command.CancelExport(name));
        b.apply(new Command.ForgetImport(name, ForgetProof.SOURCE_CANCELLED));

        assertThat(a.apply(new Command.Freeze(name))).isEqualTo(ignored(StepRefusal.OTHER_STATE));
        assertThat(a.state(SHARD)).isEqualTo(new ShardState.Serving(1));
        assertThat(b.state(SHARD)).isEqualTo(new ShardState.Absent(0));
    }

    @Test
    void cancelledIdIsRemembered_alsoOneThatNeverBegan_overARestart() {
        ExportName name = name(SHARD, 1, 1, a, b);
        assertThat(a.apply(new Command.CancelExport(name))).isEqualTo(heeded());
        a.store().flush();
        a.crash(0);

        assertThat(a.apply(new Command.BeginExport(name))).isEqualTo(ignored(StepRefusal.CANCELLED));
        assertThat(a.state(SHARD)).isEqualTo(new ShardState.Serving(1));
    }

    @Test
    void cancelledIdIsRememberedWhileTheGroupHasYetToServeTheEpoch() {
        GroupFixture late = new GroupFixture(4, 4);
        late.configure(groups(late, b), plan(SHARD, late, 1, b));
        ExportName name = name(SHARD, 1, 1, late, b);
        late.apply(new Command.CancelExport(name));
        late.apply(new Command.CreateShard(SHARD));

        assertThat(late.apply(new Command.BeginExport(name))).isEqualTo(ignored(StepRefusal.CANCELLED));
    }

    @Test
    void cancelledIdsAreForgottenWithTheEpoch() {
        ExportName cancelled = name(SHARD, 1, 1, a, b);
        a.apply(new Command.CancelExport(cancelled));
        int rowsWithOne = a.rows().size();
        ExportName name = name(SHARD, 1, 2, a, b);
        freeze(name, a, b);

        assertThat(a.rows()).hasSize(rowsWithOne - 1);
    }

    @Test
    void cleanUpOnlyInFrozenOfThatExport_repeatedCleanUpDoesNotWipeTheRunningImport() {
        ExportName toB = name(SHARD, 1, 1, a, b);
        handOver(toB, a, b);
        a.apply(new Command.CleanUp(toB));
        planned(plan(SHARD, b, 2, a));
        ExportName back = name(SHARD, 2, 2, b, a);
        freeze(back, b, a);
        copy(back, b, a);

        assertThat(a.apply(new Command.CleanUp(toB))).isEqualTo(ignored(StepRefusal.OTHER_STATE));
        assertThat(a.apply(activation(back, b))).isEqualTo(heeded());
        assertThat(a.get(SHARD, KEY)).isEqualTo("first");
    }

    @Test
    void cleanUpIsNotHeededBeforeTheFreeze() {
        ExportName name = name(SHARD, 1, 1, a, b);
        b.apply(new Command.BeginImport(name));
        a.apply(new Command.BeginExport(name));

        assertThat(a.apply(new Command.CleanUp(name))).isEqualTo(ignored(StepRefusal.OTHER_STATE));
        assertThat(a.get(SHARD, KEY)).isEqualTo("first");
    }

    @Test
    void groupsAreNamedWithTheirIncarnation_noExportToTheFormerGroupOfARejoinedGid() {
        GroupFixture rejoined = new GroupFixture(2, 9);
        planned(plan(SHARD, a, 1, rejoined));
        ExportName toFormer = name(SHARD, 1, 1, a, b);

        assertThat(a.apply(new Command.BeginExport(toFormer))).isEqualTo(ignored(StepRefusal.NOT_PLANNED));
    }

    @Test
    void stepsForAnotherIncarnationOfThisGroupAreNotHeeded() {
        GroupFixture rejoined = new GroupFixture(2, 9);
        rejoined.configure(groups(a, rejoined), plan(SHARD, a, 1, rejoined));

        assertThat(rejoined.apply(new Command.BeginImport(name(SHARD, 1, 1, a, b))))
                .isEqualTo(ignored(StepRefusal.NOT_OURS));
    }

    @Test
    void beginImportOnlyFromAbsent_notFromServing() {
        ExportName toB = name(SHARD, 1, 1, a, b);
        handOver(toB, a, b);

        assertThat(b.apply(new Command.BeginImport(toB))).isEqualTo(ignored(StepRefusal.OTHER_STATE));
        assertThat(b.get(SHARD, KEY)).isEqualTo("first");
    }

    @Test
    void beginImportOnlyFromAbsent_lateProposalDoesNotClearAFrozenCopy() {
        ExportName toB = name(SHARD, 1, 1, a, b);
        handOver(toB, a, b);
        a.apply(new Command.CleanUp(toB));
        planned(plan(SHARD, b, 2, c));
        ExportName toC = name(SHARD, 2, 2, b, c);
        freeze(toC, b, c);
        b.configure(groups(a, b, c), plan(SHARD, a, 3, b));

        assertThat(b.apply(new Command.BeginImport(name(SHARD, 3, 3, a, b))))
                .isEqualTo(ignored(StepRefusal.OTHER_STATE));
        assertThat(b.state(SHARD)).isInstanceOf(ShardState.Frozen.class);
        copy(toC, b, c);
        assertThat(c.apply(activation(toC, b))).isEqualTo(heeded());
    }

    @Test
    void beginExportAsksTheSourcesOwnConfiguration() {
        ExportName toC = name(SHARD, 1, 1, a, c);

        assertThat(a.apply(new Command.BeginExport(toC))).isEqualTo(ignored(StepRefusal.NOT_PLANNED));
        assertThat(a.state(SHARD)).isEqualTo(new ShardState.Serving(1));
    }

    @Test
    void importerCannotForgetWhileTheSourceIsKnown() {
        ExportName name = name(SHARD, 1, 1, a, b);
        b.apply(new Command.BeginImport(name));

        assertThat(b.apply(new Command.ForgetImport(name, ForgetProof.SOURCE_GONE)))
                .isEqualTo(ignored(StepRefusal.SOURCE_KNOWN));

        b.configure(groups(b, c), plan(SHARD, null, 0, null));
        assertThat(b.apply(new Command.ForgetImport(name, ForgetProof.SOURCE_GONE)))
                .isEqualTo(heeded());
    }

    @Test
    void itIsTooLateToCancelWhatIsFrozenForThatId() {
        ExportName name = name(SHARD, 1, 1, a, b);
        freeze(name, a, b);

        assertThat(a.apply(new Command.CancelExport(name))).isEqualTo(ignored(StepRefusal.FROZEN_FOR_IT));
        assertThat(a.apply(new Command.CancelExport(name(SHARD, 1, 2, a, b)))).isEqualTo(heeded());
        assertThat(a.state(SHARD).isFrozenFor(name)).isTrue();
    }

    @Test
    void groupNamedInAFreezeTakesTheTokenWhateverThePlanSays() {
        ExportName name = name(SHARD, 1, 1, a, b);
        freeze(name, a, b);
        planned(plan(SHARD, a, 1, c));
        copy(name, a, b);

        assertThat(b.apply(activation(name, a))).isEqualTo(heeded());
        assertThat(b.state(SHARD)).isEqualTo(new ShardState.Serving(2));
    }

    @Test
    void epochIsComparedAtTheStartOfAnExport_afterAToBToAToB() {
        ExportName first = name(SHARD, 1, 1, a, b);
        handOver(first, a, b);
        a.apply(new Command.CleanUp(first));
        planned(plan(SHARD, b, 2, a));
        ExportName back = name(SHARD, 2, 2, b, a);
        handOver(back, b, a);
        b.apply(new Command.CleanUp(back));
        planned(plan(SHARD, a, 3, b));

        assertThat(a.apply(new Command.BeginExport(first))).isEqualTo(ignored(StepRefusal.EPOCH_PASSED));
        assertThat(a.state(SHARD)).isEqualTo(new ShardState.Serving(3));
    }

    @Test
    void sourceThatDoesNotServeTheEpochCancelsAtOnce() {
        ExportName first = name(SHARD, 1, 1, a, b);
        handOver(first, a, b);
        a.apply(new Command.CleanUp(first));

        assertThat(a.apply(new Command.CancelExport(name(SHARD, 1, 5, a, c)))).isEqualTo(heeded());
        assertThat(a.apply(new Command.CancelExport(name(SHARD, 3, 5, a, c)))).isEqualTo(heeded());
        assertThat(a.state(SHARD)).isEqualTo(new ShardState.Absent(2));
    }

    /** Ids of epochs that would never come were remembered for ever. */
    @Test
    void cancelAtAnEpochThatNobodyCanHavePlannedIsNotHeeded() {
        int rows = a.rows().size();
        for (long epoch : new long[] {2, 3, Long.MAX_VALUE}) {
            assertThat(a.apply(new Command.CancelExport(name(SHARD, epoch, epoch, a, b))))
                    .isEqualTo(ignored(StepRefusal.EPOCH_TO_COME));
        }
        handOver(name(SHARD, 1, 1, a, b), a, b);
        assertThat(a.apply(new Command.CancelExport(name(SHARD, 4, 4, a, b))))
                .isEqualTo(ignored(StepRefusal.EPOCH_TO_COME));
        assertThat(a.rows()).hasSize(rows);
    }

    @Test
    void cancelAtAnEpochThatTheConfigurationGivesIsHeeded_beforeTheLogHasIt() {
        planned(plan(SHARD, a, 7, b));
        ExportName name = name(SHARD, 7, 1, a, b);

        assertThat(a.apply(new Command.CancelExport(name))).isEqualTo(heeded());
        assertThat(a.apply(new Command.BeginExport(name))).isEqualTo(ignored(StepRefusal.CANCELLED));

        planned(plan(SHARD, b, 9, a));
        assertThat(a.apply(new Command.CancelExport(name(SHARD, 9, 2, a, b))))
                .isEqualTo(ignored(StepRefusal.EPOCH_TO_COME));
    }

    /** Lost controllers had named this group at an epoch, and another planned to import from it; nobody knows now. */
    @Test
    void cancelAtAnEpochThatOnlyLostControllersPlannedIsHeeded() {
        a.configure(LostMaps.FIRST_AFTER_RESTORE, groups(a, b), plan(SHARD, b, 2, null));
        ExportName name = name(SHARD, 1_000_003, 1, a, b);

        assertThat(a.apply(new Command.CancelExport(name))).isEqualTo(heeded());
        assertThat(a.apply(new Command.BeginExport(name))).isEqualTo(ignored(StepRefusal.CANCELLED));
    }

    @Test
    void groupThatRestoredControllersGoOnWithoutNeverServesAgain() {
        assertThat(a.state(SHARD)).isEqualTo(new ShardState.Serving(1));
        a.configure(LostMaps.FIRST_AFTER_RESTORE, groups(b), plan(SHARD, b, 1_000_003, null));

        assertThat(a.state(SHARD)).isEqualTo(new ShardState.Retired(1));
    }

    @Test
    void cancelledIdsAreBounded_butWhatIsExportedCanAlwaysBeCancelled() {
        for (int id = 1; id <= Shard.CANCELLED_MAX; id++) {
            assertThat(a.apply(new Command.CancelExport(name(SHARD, 1, id, a, b))))
                    .isEqualTo(heeded());
        }
        ExportName exported = name(SHARD, 1, 9_999, a, b);
        a.apply(new Command.BeginExport(exported));

        assertThat(a.apply(new Command.CancelExport(name(SHARD, 1, 8_888, a, b))))
                .isEqualTo(ignored(StepRefusal.TOO_MANY_CANCELLED));
        assertThat(a.apply(new Command.CancelExport(name(SHARD, 1, 1, a, b)))).isEqualTo(heeded());
        assertThat(a.apply(new Command.CancelExport(name(SHARD, 0, 7_777, a, b))))
                .isEqualTo(heeded());
        assertThat(a.apply(new Command.CancelExport(exported))).isEqualTo(heeded());
        assertThat(a.state(SHARD)).isEqualTo(new ShardState.Serving(1));
        assertThat(a.apply(new Command.BeginExport(exported))).isEqualTo(ignored(StepRefusal.CANCELLED));
    }

    @Test
    void birthOnlyWhereNoEpochWasEverHeld() {
        ExportName name = name(SHARD, 1, 1, a, b);
        handOver(name, a, b);
        a.apply(new Command.CleanUp(name));
        a.configure(groups(a, b, c), plan(SHARD, a, 1, null));

        assertThat(a.apply(new Command.CreateShard(SHARD))).isEqualTo(ignored(StepRefusal.OTHER_STATE));
    }

    @Test
    void birthOnlyWhereTheConfigurationNamesTheOwner() {
        assertThat(b.apply(new Command.CreateShard(SHARD))).isEqualTo(ignored(StepRefusal.NOT_PLANNED));
        assertThat(b.apply(new Command.CreateShard(2))).isEqualTo(ignored(StepRefusal.NOT_PLANNED));
    }

    @Test
    void shardTimeContinuesAtActivation() {
        ClientWrite write =
                new ClientWrite(new SessionId(7, 5), 1, 1, a.shardTimeMillis(SHARD), SHARD, append(KEY, "!"));
        a.write(write);
        a.pass(1_000_000);
        a.apply(new Command.Tick());
        ExportName name = name(SHARD, 1, 1, a, b);
        handOver(name, a, b);

        assertThat(b.machine().view().shardTimeMillis(SHARD)).isEqualTo(a.shardTimeMillis(SHARD));
        assertThat(b.write(write)).isInstanceOf(WriteResult.Done.class);
        assertThat(b.get(SHARD, KEY)).isEqualTo("first!");
        b.pass(2_700_000);
        assertThat(b.write(write))
                .isInstanceOfSatisfying(
                        WriteResult.Refused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(WriteResult.Reason.SESSION_EXPIRED));
    }

    @Test
    void sessionRowsMoveWithTheShard_aRetryAcrossTheMoveIsNotRunTwice() {
        ClientWrite write =
                new ClientWrite(new SessionId(7, 5), 3, 1, a.shardTimeMillis(SHARD), SHARD, append(KEY, "!"));
        WriteResult first = a.write(write);
        handOver(name(SHARD, 1, 1, a, b), a, b);

        assertThat(b.write(write)).isEqualTo(first);
        assertThat(b.get(SHARD, KEY)).isEqualTo("first!");
    }

    @Test
    void floorMovesWithTheShard() {
        SessionOptions few = new SessionOptions(3_600_000, 2, 10_000, 60_000);
        GroupFixture source = new GroupFixture(5, 5, few);
        GroupFixture importer = new GroupFixture(6, 6, few);
        source.configure(groups(source, importer), plan(SHARD, source, 1, importer));
        importer.configure(groups(source, importer), plan(SHARD, source, 1, importer));
        source.apply(new Command.CreateShard(SHARD));
        ClientWrite early =
                new ClientWrite(new SessionId(7, 1), 1, 1, source.shardTimeMillis(SHARD), SHARD, append(KEY, "x"));
        source.write(early);
        source.pass(20_000);
        source.write(2, 1, SHARD, append(KEY, "y"));
        handOver(name(SHARD, 1, 1, source, importer), source, importer);

        assertThat(importer.write(early))
                .isInstanceOfSatisfying(
                        WriteResult.Refused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(WriteResult.Reason.SESSION_EXPIRED));
        assertThat(importer.get(SHARD, KEY)).isEqualTo("xy");
    }

    @Test
    void tombstonesAreKeptUntilActivation_aDeletedKeyDoesNotComeBack() {
        ExportName name = name(SHARD, 1, 1, a, b);
        b.apply(new Command.BeginImport(name));
        ShardItem stale = item(KEY, 1, "stale");
        base(name, Bytes.EMPTY, true, 1);
        round(name, 1, 2, new ShardItem(StoreKeys.dataItem(KEY), 2, true, Bytes.EMPTY));
        round(name, 1, 2, stale);
        int withTombstone = b.rowsOf(SHARD);

        KvResult activated = b.apply(new Command.Activate(name, 2, List.of(), 2, 100, 0, Digest.EMPTY));

        assertThat(withTombstone).isEqualTo(1);
        assertThat(activated).isEqualTo(heeded());
        assertThat(b.get(SHARD, KEY)).isNull();
        assertThat(b.rowsOf(SHARD)).isZero();
    }

    @Test
    void shardIsClearedAtBeginImport() {
        ExportName first = name(SHARD, 1, 1, a, b);
        b.apply(new Command.BeginImport(first));
        base(first, Bytes.EMPTY, false, 1, item(KEY, 1, "old"));
        a.apply(new Command.CancelExport(first));
        b.apply(new Command.ForgetImport(first, ForgetProof.SOURCE_CANCELLED));
        assertThat(b.rowsOf(SHARD)).isZero();

        b.apply(new Command.BeginImport(name(SHARD, 1, 2, a, b)));

        assertThat(b.rowsOf(SHARD)).isZero();
    }

    @Test
    void loggedRevisionIsTheLowestAmongTheBaseChunks() {
        ExportName name = name(SHARD, 1, 1, a, b);
        b.apply(new Command.BeginImport(name));
        base(name, Bytes.EMPTY, false, 9, item(KEY, 4, "one"));
        base(name, StoreKeys.dataItem(KEY), true, 5, item(OTHER_KEY, 5, "two"));

        assertThat(progress().revision()).isEqualTo(5);
        assertThat(round(name, 6, 9)).isEqualTo(ignored(StepRefusal.GAP));
        assertThat(round(name, 5, 9)).isEqualTo(heeded());
        assertThat(progress().revision()).isEqualTo(9);
    }

    @Test
    void itemReplacesOnlyAnOlderOne() {
        ExportName name = name(SHARD, 1, 1, a, b);
        b.apply(new Command.BeginImport(name));
        base(name, Bytes.EMPTY, true, 3, item(KEY, 3, "three"));
        round(name, 3, 7, item(KEY, 7, "seven"));
        Digest newest = progress().digest();
        round(name, 3, 5, item(KEY, 5, "five"));

        assertThat(progress().digest()).isEqualTo(newest).isEqualTo(new ItemDigest().of(item(KEY, 7, "seven")));
    }

    @Test
    void chunksMustFollowOnEachOther_repeatedAndEarlyOnesAreNotHeeded() {
        ExportName name = name(SHARD, 1, 1, a, b);
        b.apply(new Command.BeginImport(name));
        base(name, Bytes.EMPTY, false, 3, item(KEY, 3, "three"));

        assertThat(base(name, Bytes.EMPTY, false, 3, item(KEY, 3, "three"))).isEqualTo(ignored(StepRefusal.GAP));
        assertThat(base(name, StoreKeys.dataItem(OTHER_KEY), true, 3)).isEqualTo(ignored(StepRefusal.GAP));
        assertThat(progress().chunks()).isEqualTo(1);
    }

    @Test
    void activationWithoutTheWholeBaseIsNotHeeded() {
        ExportName name = name(SHARD, 1, 1, a, b);
        freeze(name, a, b);

        assertThat(b.apply(activation(name, a))).isEqualTo(ignored(StepRefusal.GAP));
    }

    @Test
    void copyThatDiffersIsClearedAndImportedAgainUnderTheSameId() {
        ExportName name = name(SHARD, 1, 1, a, b);
        freeze(name, a, b);
        base(name, Bytes.EMPTY, true, 1, item(KEY, 1, "forged"));

        assertThat(b.apply(activation(name, a))).isEqualTo(ignored(StepRefusal.DIGEST_MISMATCH));
        assertThat(b.state(SHARD).isImporting(name)).isTrue();
        assertThat(b.rowsOf(SHARD)).isZero();

        copy(name, a, b);
        assertThat(b.apply(activation(name, a))).isEqualTo(heeded());
        assertThat(b.get(SHARD, KEY)).isEqualTo("first");
    }

    @Test
    void frozenShardServesNothing() {
        freeze(name(SHARD, 1, 1, a, b), a, b);

        assertThat(a.machine().read(SHARD, KEY)).isInstanceOf(KvRead.NotServing.class);
        assertThat(a.write(9, 1, SHARD, put(KEY, "late")))
                .isInstanceOfSatisfying(
                        WriteResult.Refused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(WriteResult.Reason.WRONG_GROUP));
    }

    @Test
    void exportingShardStillServes() {
        ExportName name = name(SHARD, 1, 1, a, b);
        b.apply(new Command.BeginImport(name));
        a.apply(new Command.BeginExport(name));

        assertThat(a.write(9, 1, SHARD, put(KEY, "meanwhile")))
                .isEqualTo(new WriteResult.Done(new WriteOutcome(WriteOutcome.Kind.WRITTEN, 2)));
        a.apply(new Command.Freeze(name));
        copy(name, a, b);
        b.apply(activation(name, a));
        assertThat(b.get(SHARD, KEY)).isEqualTo("meanwhile");
    }

    private static ShardItem item(Bytes key, long revision, String value) {
        return Rows.toItem(StoreKeys.dataItem(key), new DataRow(revision, 0, Bytes.utf8(value)).encode());
    }

    private KvResult base(ExportName name, Bytes after, boolean last, long revision, ShardItem... items) {
        return b.apply(new Command.ImportChunk(name, new Command.Span.Base(after, last, revision), List.of(items)));
    }

    private KvResult round(ExportName name, long from, long to, ShardItem... items) {
        return b.apply(new Command.ImportChunk(name, new Command.Span.Round(from, to), List.of(items)));
    }

    private ImportProgress progress() {
        return ((ShardState.Importing) b.state(SHARD)).progress();
    }
}
