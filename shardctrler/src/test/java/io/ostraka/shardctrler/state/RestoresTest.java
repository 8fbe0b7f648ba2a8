package io.ostraka.shardctrler.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.proto.Feature;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.GroupRow;
import io.ostraka.proto.config.ReplicaRow;
import io.ostraka.proto.config.RestoreStage;
import io.ostraka.proto.config.ShardRecovery;
import io.ostraka.proto.config.ShardRow;
import io.ostraka.raft.core.Bytes;
import io.ostraka.shardctrler.codec.ImageCodec;
import io.ostraka.shardctrler.command.Change;
import io.ostraka.shardctrler.command.Claim;
import io.ostraka.shardctrler.command.ControllerCommand.Initialise;
import io.ostraka.shardctrler.command.ControllerCommand.Report;
import io.ostraka.shardctrler.command.ControllerMember;
import io.ostraka.shardctrler.command.ControllerResult;
import io.ostraka.shardctrler.command.ControllerResult.Refused;
import io.ostraka.shardctrler.command.Hosted;
import io.ostraka.shardctrler.command.KnownGroups;
import io.ostraka.shardctrler.command.OwnerReport;
import io.ostraka.shardctrler.command.OwnerReport.ShardEpoch;
import io.ostraka.shardctrler.command.Restore;
import io.ostraka.shardctrler.command.TokenState;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Controllers that go on from a backup. Two shards; groups 1 and 2 are there when it is taken. */
class RestoresTest {

    private static final long SECONDS = 1_800_000_000L;

    private final PlannedCluster before = RecoveryScenario.newest(PlannedCluster.founded(2, Feature.NEWEST_LEVEL));
    private PlannedCluster now = before;

    private void restored() {
        before.join(1, 2);
        before.carryOut();
        now = PlannedCluster.restored(before.state(), SECONDS);
    }

    @Test
    void nothingIsPlannedBeforeAllHaveSpoken() {
        restored();

        assertThat(now.config().terms().stage()).isEqualTo(RestoreStage.HEARING);
        RecoveryScenario.assertRefused(now.leave(1), ControllerResult.Reason.REJECTED, "restored from a backup");
        hearAll();
        assertThat(now.config().terms().stage()).isEqualTo(RestoreStage.SETTLING);
        RecoveryScenario.assertRefused(now.move(0, 1), ControllerResult.Reason.REJECTED, "restored from a backup");
        hearAll();
        assertThat(now.config().terms().stage()).isEqualTo(RestoreStage.NONE);
        assertThat(now.leave(1)).isInstanceOf(ControllerResult.Done.class);
    }

    /** They may have been born since at a group that nobody has heard of. */
    @Test
    void noClaimIsRecordedOfShardsThatNobodyHasSeen_beforeAnAdministratorSaysSo() {
        before.join(1, 2);
        now = PlannedCluster.restored(before.state(), SECONDS);
        speakAll(1, TokenState.ABSENT, 0);
        speakAll(2, TokenState.ABSENT, 0);
        now.apply(new Report(List.of(), List.of(new Claim(now.ref(1), 0)), List.of()));
        assertThat(now.config().shard(0).owner()).isNull();
        assertThat(now.config().terms().stage()).isEqualTo(RestoreStage.HEARING);
        assertThat(status().missing()).containsExactly(0, 1);

        now.change(new Change.Resume(List.of()));
        speakAll(1, TokenState.ABSENT, 0);
        speakAll(2, TokenState.ABSENT, 0);
        assertThat(now.config().terms().stage()).isEqualTo(RestoreStage.NONE);
        assertThat(now.config().shard(0).recovery()).isEqualTo(ShardRecovery.EMPTY);
        assertThat(now.config().shard(0).epoch()).isGreaterThan(SECONDS);
    }

    @Test
    void backupOfAClusterWithoutGroupsWaitsForAnAdministrator() {
        now = PlannedCluster.restored(before.state(), SECONDS);
        assertThat(now.config().terms().stage()).isEqualTo(RestoreStage.HEARING);

        now.change(new Change.Resume(List.of()));
        assertThat(now.config().terms().stage()).isEqualTo(RestoreStage.NONE);
        now.join(1);
        now.carryOut();
        now.check(1L);
    }

    @Test
    void numbersGoOnAboveAllThatTheClusterCanHaveSeen() {
        restored();
        ClusterConfig config = now.config();
        assertThat(config.num()).isEqualTo(SECONDS);
        assertThat(config.revision()).isEqualTo(SECONDS * 1_000_000);
        assertThat(now.state().registry().nextReplicaId()).isEqualTo(SECONDS * 1_000_000);
        assertThat(config.terms().mayHaveLost(before.config().num())).isFalse();
        assertThat(config.terms().mayHaveLost(before.config().num() + 1)).isTrue();
        assertThat(config.terms().mayHaveLost(SECONDS - 1)).isTrue();
        assertThat(config.terms().mayHaveLost(SECONDS)).isFalse();
        assertThat(config.groups().values()).flatExtracting(GroupRow::replicas).allMatch(ReplicaRow::created);
    }

    @Test
    void clockThatIsBehindTheBackupIsRefused() {
        restored();
        ControllerResult result = PlannedCluster.founded(2)
                .apply(new Initialise(77, 2, List.of(new ControllerMember(9, 9, "c:1")), Feature.NEWEST_LEVEL, null));
        assertThat(result).isInstanceOf(Refused.class);
        assertThat(problem(now.state(), SECONDS)).contains("check the clock");
        assertThat(problem(now.state(), SECONDS + 1)).isNull();
        assertThat(problem(before.state(), 0)).contains("check the clock");
    }

    private static @Nullable String problem(ControllerState backup, long seconds) {
        return Transitions.problemOf(new Initialise(
                77,
                2,
                List.of(new ControllerMember(9, 9, "c:1")),
                Feature.NEWEST_LEVEL,
                new Restore(
                        Transitions.configOf(backup),
                        backup.registry().nodes(),
                        backup.registry().nextReplicaId(),
                        seconds)));
    }

    @Test
    void shardIsWhereItsGroupSaysThatItIs() {
        restored();
        now.owner(word(2, 0, TokenState.SERVING, 4, null));
        assertThat(now.config().shard(0))
                .extracting(ShardRow::owner, ShardRow::epoch, ShardRow::target)
                .containsExactly(now.ref(2), 4L, null);
        // A word that comes late, of a time before.
        now.owner(word(1, 0, TokenState.SERVING, 3, null));
        assertThat(now.config().shard(0).owner()).isEqualTo(now.ref(2));
        now.owner(word(1, 1, TokenState.FROZEN, 3, now.ref(2)));
        assertThat(now.config().shard(1))
                .extracting(ShardRow::owner, ShardRow::epoch, ShardRow::target)
                .containsExactly(now.ref(1), 2L, now.ref(2));
    }

    @Test
    void shardWhoseTokenNobodyShowsIsWaitedFor() {
        restored();
        now.owner(word(1, 0, TokenState.ABSENT, 2, null));
        now.owner(word(2, 0, TokenState.ABSENT, 0, null));
        now.owner(word(1, 1, TokenState.ABSENT, 0, null));
        now.owner(word(2, 1, TokenState.SERVING, 1, null));
        tell(1);
        tell(2);
        assertThat(status().waitsFor()).isEmpty();
        assertThat(status().missing()).containsExactly(0);
        assertThat(now.config().terms().stage()).isEqualTo(RestoreStage.HEARING);

        now.owner(word(2, 0, TokenState.SERVING, 2, null));
        assertThat(now.config().terms().stage()).isEqualTo(RestoreStage.SETTLING);
    }

    @Test
    void ownerMustConfirmFromALogThatHasTheConfiguration() {
        restored();
        long old = 5;
        hearAll();
        assertThat(now.config().terms().stage()).isEqualTo(RestoreStage.SETTLING);
        now.owner(new OwnerReport(now.ref(1), new ShardEpoch(0, 1), old, TokenState.SERVING, null));
        assertThat(status().unsettled()).isEqualTo(2);
        now.owner(word(1, 0, TokenState.EXPORTING, 1, now.ref(2)));
        assertThat(status().unsettled()).isEqualTo(2);
        now.owner(word(1, 0, TokenState.SERVING, 1, null));
        assertThat(status().unsettled()).isEqualTo(1);
    }

    /** What only the plan of lost controllers knows may still arrive where it sent it. */
    @Test
    void nothingIsPlannedBeforeEachOwnerGivesItsShardToNobodyButAsPlanned() {
        restored();
        hearAll();
        now.owner(word(1, 0, TokenState.EXPORTING, 1, now.ref(2)));
        now.owner(word(1, 1, TokenState.ABSENT, 0, null));
        now.owner(word(2, 0, TokenState.ABSENT, 0, null));
        now.owner(word(2, 1, TokenState.SERVING, 1, null));
        assertThat(status()).isEqualTo(new RestoreStatus(List.of(), List.of(), 1));
        assertThat(now.config().terms().stage()).isEqualTo(RestoreStage.SETTLING);

        now.owner(word(1, 0, TokenState.SERVING, 1, null));
        assertThat(now.config().terms().stage()).isEqualTo(RestoreStage.NONE);
    }

    /** Until its log has the configuration, a group may still take or create what nobody has spoken of. */
    @Test
    void everyGroupSpeaksOfEveryShardAgainOnceItFollows() {
        restored();
        hearAll();
        now.owner(word(1, 0, TokenState.SERVING, 1, null));
        now.owner(word(2, 1, TokenState.SERVING, 1, null));
        assertThat(status()).isEqualTo(new RestoreStatus(List.of(now.ref(1), now.ref(2)), List.of(), 0));
        assertThat(now.config().terms().stage()).isEqualTo(RestoreStage.SETTLING);
    }

    /** It may have given a token to a group that nobody else has heard of. */
    @Test
    void groupThatHasNotSaidWhichGroupsItKnowsIsWaitedFor() {
        restored();
        now.owner(word(1, 0, TokenState.SERVING, 1, null));
        now.owner(word(1, 1, TokenState.ABSENT, 0, null));
        now.owner(word(2, 0, TokenState.ABSENT, 0, null));
        now.owner(word(2, 1, TokenState.SERVING, 1, null));
        tell(1);
        assertThat(status()).isEqualTo(new RestoreStatus(List.of(now.ref(2)), List.of(), 2));
        assertThat(now.config().terms().stage()).isEqualTo(RestoreStage.HEARING);

        tell(2);
        assertThat(now.config().terms().stage()).isEqualTo(RestoreStage.SETTLING);
    }

    @Test
    void groupThatJoinedAfterTheBackupIsWaitedForAndTakenUpAsItIs() {
        restored();
        GroupRef third = new GroupRef(3, before.config().num() + 1);
        now.owner(word(1, 0, TokenState.SERVING, 1, null));
        now.owner(word(1, 1, TokenState.ABSENT, 0, null));
        now.owner(word(2, 0, TokenState.ABSENT, 0, null));
        now.owner(word(2, 1, TokenState.ABSENT, 2, null));
        known(1, 100, third.incarnation(), List.of(now.ref(1), now.ref(2), third), List.of());
        known(2, 100, third.incarnation(), List.of(now.ref(1), now.ref(2), third), List.of());
        assertThat(status().waitsFor()).containsExactly(third);

        hosted(third, 901, 1);
        hosted(third, 902, 2);
        assertThat(now.config().group(third))
                .hasValueSatisfying(row -> assertThat(row.replicas())
                        .containsExactly(
                                new ReplicaRow(901, 1, true, false),
                                new ReplicaRow(902, 2, true, false),
                                new ReplicaRow(903, 0, true, true)));
        assertThat(now.config().terms().stage()).isEqualTo(RestoreStage.HEARING);
        speak(third, 0, TokenState.ABSENT, 0);
        speak(third, 1, TokenState.SERVING, 2);
        known(third, 100, third.incarnation(), List.of(now.ref(1), now.ref(2), third), List.of());
        assertThat(now.config().terms().stage()).isEqualTo(RestoreStage.SETTLING);
        assertThat(now.config().shard(1).owner()).isEqualTo(third);
    }

    @Test
    void groupThatIsGoneOrGivenUpSinceIsNotWaitedFor() {
        before.join(4);
        restored();
        GroupRef gone = now.ref(4);
        now.owner(word(1, 0, TokenState.SERVING, 3, null));
        now.owner(word(1, 1, TokenState.SERVING, 3, null));
        known(1, 100, before.config().num() + 2, List.of(now.ref(1)), List.of(now.ref(2)));
        assertThat(now.config().terms().stage()).isEqualTo(RestoreStage.SETTLING);
        assertThat(now.config().group(gone)).isEmpty();
        assertThat(now.config().isAlive(now.ref(2))).isFalse();
    }

    @Test
    void silentGroupIsGivenUpAndItsShardsGoOnFarAboveWhatItCanHaveHad() {
        restored();
        now.owner(word(1, 0, TokenState.SERVING, 1, null));
        now.owner(word(1, 1, TokenState.ABSENT, 0, null));
        tell(1);
        assertThat(status().waitsFor()).containsExactly(now.ref(2));
        now.change(new Change.Resume(List.of(now.ref(2))));
        assertThat(now.config().terms().stage()).isEqualTo(RestoreStage.SETTLING);
        assertThat(now.config().shard(1).recovery()).isEqualTo(ShardRecovery.PENDING);

        now.owner(word(1, 0, TokenState.SERVING, 1, null));
        now.owner(word(1, 1, TokenState.ABSENT, 0, null));
        assertThat(now.config().shard(1))
                .extracting(ShardRow::owner, ShardRow::recovery)
                .containsExactly(now.ref(1), ShardRecovery.EMPTY);
        assertThat(now.config().shard(1).epoch()).isGreaterThan(1_000_000);
        assertThat(now.config().terms().stage()).isEqualTo(RestoreStage.NONE);
    }

    @Test
    void resumeChangesNothingWhereNothingWaits() {
        restored();
        hearAll();
        assertThat(now.change(new Change.Resume(List.of()))).isInstanceOf(ControllerResult.Unchanged.class);
        assertThat(before.change(new Change.Resume(List.of()))).isInstanceOf(ControllerResult.Unchanged.class);
    }

    @Test
    void stateOfARestoreSurvivesItsFile() {
        restored();
        now.owner(word(1, 1, TokenState.FROZEN, 3, now.ref(2)));
        known(1, 100, 50, List.of(now.ref(1), now.ref(2)), List.of());
        Bytes image = ImageCodec.encode(now.state());
        assertThat(ImageCodec.decode(image)).isEqualTo(now.state());
    }

    @Test
    void wordsThatMakeNoSenseChangeNothing() {
        restored();
        ControllerState untouched = now.state();
        for (TokenState state : TokenState.values()) {
            for (int shard : new int[] {-1, 2, Integer.MAX_VALUE}) {
                now.owner(new OwnerReport(now.ref(1), new ShardEpoch(shard, 1), 1, state, null));
            }
        }
        now.owner(word(1, 0, TokenState.SERVING, -7, null));
        now.owner(word(1, 0, TokenState.SERVING, Long.MAX_VALUE, null));
        now.owner(word(1, 0, TokenState.FROZEN, 0, now.ref(2)));
        hosted(new GroupRef(9, before.config().num() + 1), 0, 1);
        hosted(new GroupRef(9, 0), 901, 1);
        assertThat(now.config()).isEqualTo(untouched.config());
    }

    private RestoreStatus status() {
        return RestoreStatus.of(now.state()).orElseThrow();
    }

    private void hearAll() {
        now.owner(word(1, 0, TokenState.SERVING, 1, null));
        now.owner(word(1, 1, TokenState.ABSENT, 0, null));
        now.owner(word(2, 0, TokenState.ABSENT, 0, null));
        now.owner(word(2, 1, TokenState.SERVING, 1, null));
        tell(1);
        tell(2);
    }

    private void speakAll(long gid, TokenState state, long epoch) {
        for (int shard = 0; shard < 2; shard++) {
            now.owner(word(gid, shard, state, epoch, null));
        }
        tell(gid);
    }

    private void tell(long gid) {
        known(now.ref(gid), 100, before.config().num(), List.of(now.ref(1), now.ref(2)), List.of());
    }

    private void known(long gid, long revision, long num, List<GroupRef> alive, List<GroupRef> retired) {
        known(now.ref(gid), revision, num, alive, retired);
    }

    private void known(GroupRef group, long revision, long num, List<GroupRef> alive, List<GroupRef> retired) {
        KnownGroups known = new KnownGroups(group, revision, num, new TreeSet<>(alive), new TreeSet<>(retired));
        now.apply(new Report(List.of(), List.of(), List.of(), List.of(), known));
    }

    private void hosted(GroupRef group, long replica, long node) {
        Hosted hosted = new Hosted(group, replica, node, List.of(901L, 902L, 903L));
        now.apply(new Report(List.of(), List.of(), List.of(), List.of(hosted), KnownGroups.NONE));
    }

    private OwnerReport word(long gid, int shard, TokenState state, long epoch, @Nullable GroupRef peer) {
        return new OwnerReport(
                now.ref(gid), new ShardEpoch(shard, epoch), now.config().revision(), state, peer);
    }

    private void speak(GroupRef group, int shard, TokenState state, long epoch) {
        now.owner(new OwnerReport(
                group, new ShardEpoch(shard, epoch), now.config().revision(), state, null));
    }
}
