package io.ostraka.shardctrler.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.proto.Feature;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.ShardRecovery;
import io.ostraka.shardctrler.codec.ImageCodec;
import io.ostraka.shardctrler.command.Change;
import io.ostraka.shardctrler.command.ControllerCommand.Administer;
import io.ostraka.shardctrler.command.ControllerCommand.RaiseLevel;
import io.ostraka.shardctrler.command.ControllerCommand.Report;
import io.ostraka.shardctrler.command.ControllerResult.Done;
import io.ostraka.shardctrler.command.ControllerResult.Reason;
import io.ostraka.shardctrler.command.ControllerResult.Unchanged;
import io.ostraka.shardctrler.command.OwnerReport;
import io.ostraka.shardctrler.command.PlannedOn;
import io.ostraka.shardctrler.command.RequestId;
import io.ostraka.shardctrler.command.TokenState;
import io.ostraka.shardctrler.state.Recoveries.Outcome;
import io.ostraka.shardctrler.state.Recoveries.Source;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How a shard goes on whose group died for good. One shard, groups 1 to 3. */
class RecoveriesTest extends RecoveryScenario {

    @Test
    void shardOfADeadOwnerGoesOnEmptyTwoEpochsOnWhenNobodyElseCanHaveIt() {
        ownedByOne();
        cluster.join(2);

        assertThat(recover(1, 0)).isInstanceOf(Done.class);
        assertThat(row().recovery()).as("group 2 is asked, too").isEqualTo(ShardRecovery.PENDING);
        say(2, TokenState.ABSENT, 0, null);

        assertThat(row().owner()).isEqualTo(cluster.ref(2));
        assertThat(row().epoch()).isEqualTo(3);
        assertThat(row().recovery()).isEqualTo(ShardRecovery.EMPTY);
        assertThat(outcome()).isEqualTo(new Outcome(Source.EMPTY, cluster.ref(2), 3, 0));
        assertThat(cluster.config().group(1).orElseThrow().retired()).isTrue();
        assertThat(cluster.members()).containsExactly(2L);
    }

    @Test
    void recoveryIsOverOnceTheLogOfTheNamedOwnerHasTheShard() {
        ownedByOne();
        cluster.join(2);
        recover(1, 0);

        say(2, TokenState.ABSENT, 0, null);
        say(2, TokenState.SERVING, 2, null);
        assertThat(row().recovery()).isEqualTo(ShardRecovery.EMPTY);
        say(2, TokenState.SERVING, 3, null);

        assertThat(row().recovery()).isEqualTo(ShardRecovery.NONE);
        assertThat(row().epoch()).isEqualTo(3);
    }

    @Test
    void shardOfADeadOwnerWaitsForTheGroupThatMayHaveTakenIt() {
        ownedByOne();
        cluster.join(2, 3);
        cluster.move(0, 2);
        cluster.move(0, 3);
        recover(1, 0);
        assertThat(row().recovery()).isEqualTo(ShardRecovery.PENDING);
        assertThat(row().owner()).isEqualTo(cluster.ref(1));

        say(2, TokenState.ABSENT, 0, null);
        assertThat(row().recovery()).isEqualTo(ShardRecovery.PENDING);
        say(3, TokenState.ABSENT, 0, null);

        assertThat(row().recovery()).isEqualTo(ShardRecovery.EMPTY);
        assertThat(row().owner()).isEqualTo(cluster.ref(3));
    }

    @Test
    void groupThatHasTakenTheTokenKeepsItAndNothingIsLost() {
        ownedByOne();
        cluster.join(2, 3);
        cluster.move(0, 2);
        cluster.move(0, 3);
        recover(1, 0);

        say(3, TokenState.ABSENT, 0, null);
        say(2, TokenState.SERVING, 2, null);

        assertThat(row().owner()).isEqualTo(cluster.ref(2));
        assertThat(row().epoch()).isEqualTo(2);
        assertThat(row().recovery()).isEqualTo(ShardRecovery.NONE);
        assertThat(cluster.desired(0)).isEqualTo(3);
    }

    @Test
    void wordFromBeforeTheRetirementSaysNothing() {
        ownedByOne();
        cluster.join(2);
        cluster.move(0, 2);
        long before = cluster.config().revision();
        recover(1, 0);

        cluster.owner(report(2, before, TokenState.ABSENT, 0, null));

        assertThat(row().recovery()).isEqualTo(ShardRecovery.PENDING);
    }

    @Test
    void partialCopyIsNeverPassedOffAsWhole() {
        ownedByOne();
        cluster.join(2);
        cluster.move(0, 2);
        recover(1, 0);

        say(2, TokenState.IMPORTING, 1, cluster.ref(1));

        // Its group goes on, but empty: an import from a retired group is forgotten first.
        assertThat(row().owner()).isEqualTo(cluster.ref(2));
        assertThat(row().recovery()).isEqualTo(ShardRecovery.EMPTY);
        assertThat(row().epoch()).isEqualTo(3);
    }

    @Test
    void copyThatIsFrozenForADeadSuccessorGoesOn() {
        ownedByOne();
        cluster.join(2, 3);
        cluster.move(0, 2);
        recover(2, 0);
        assertThat(row().recovery()).isEqualTo(ShardRecovery.PENDING);

        say(1, TokenState.FROZEN, 2, cluster.ref(2));

        assertThat(row().owner()).isEqualTo(cluster.ref(1));
        assertThat(row().epoch()).isEqualTo(3);
        assertThat(row().recovery()).isEqualTo(ShardRecovery.FROM_COPY);
        assertThat(outcome()).isEqualTo(new Outcome(Source.FROZEN_COPY, cluster.ref(1), 3, 2));
    }

    @Test
    void ownerThatHasTheTokenStillHasLostNothing() {
        ownedByOne();
        cluster.join(2);
        cluster.move(0, 2);
        recover(2, 0);

        say(1, TokenState.EXPORTING, 1, cluster.ref(2));

        assertThat(row().owner()).isEqualTo(cluster.ref(1));
        assertThat(row().epoch()).isEqualTo(1);
        assertThat(row().recovery()).isEqualTo(ShardRecovery.NONE);
        assertThat(row().target()).isNull();
        assertThat(cluster.state().settlements()).isEqualTo(Settlements.EMPTY);
    }

    @Test
    void copyThatIsFrozenForAGroupThatLivesIsInGoodHands() {
        ownedByOne();
        cluster.join(2, 3);
        cluster.move(0, 3);
        cluster.move(0, 2);
        recover(2, 0);

        say(1, TokenState.FROZEN, 2, cluster.ref(3));

        assertThat(row().owner()).isEqualTo(cluster.ref(1));
        assertThat(row().epoch()).isEqualTo(1);
        assertThat(row().recovery()).isEqualTo(ShardRecovery.NONE);
        say(3, TokenState.SERVING, 2, null);
        assertThat(row().owner()).isEqualTo(cluster.ref(3));
    }

    @Test
    void ownerThatHasCleanedUpAfterTheDeadGroupTookTheTokenHasNothingLeft() {
        ownedByOne();
        cluster.join(2, 3);
        cluster.move(0, 3);
        cluster.move(0, 2);
        recover(2, 0);

        say(1, TokenState.ABSENT, 2, null);
        assertThat(row().recovery()).isEqualTo(ShardRecovery.PENDING);
        // Group 3 may be the one for which group 1 had frozen the shard: it is waited for until its import has ended.
        say(3, TokenState.IMPORTING, 1, cluster.ref(1));
        assertThat(row().recovery()).isEqualTo(ShardRecovery.PENDING);
        say(3, TokenState.ABSENT, 0, null);

        assertThat(row().recovery()).isEqualTo(ShardRecovery.EMPTY);
        assertThat(row().epoch()).isEqualTo(3);
    }

    @Test
    void frozenCopyOfTheOwnerBeforeIsBetterThanNothing() {
        ownedByOne();
        cluster.join(2, 3);
        cluster.move(0, 2);
        say(2, TokenState.SERVING, 2, null);
        recover(2, 3);
        assertThat(row().recovery()).as("group 1 may have its copy still").isEqualTo(ShardRecovery.PENDING);

        say(1, TokenState.FROZEN, 2, cluster.ref(2));

        assertThat(row().owner()).isEqualTo(cluster.ref(1));
        assertThat(row().epoch()).isEqualTo(4);
        assertThat(cluster.desired(0)).isEqualTo(3);
    }

    @Test
    void shardThatChangedHandsBeforeThatWasRecordedIsAskedOfEveryLivingGroup() {
        PlannedCluster upgraded = newest(PlannedCluster.founded(1));
        upgraded.join(1);
        upgraded.carryOut();
        upgraded.join(2, 3);
        upgraded.move(0, 2);
        upgraded.carryOut();
        assertThat(upgraded.state().recoveries()).isEqualTo(Recoveries.EMPTY);
        upgraded.apply(new RaiseLevel(Feature.NEWEST_LEVEL));

        upgraded.change(new Change.Recover(2, upgraded.ref(2).incarnation(), 3));
        assertThat(upgraded.state().recoveries().pending().values())
                .singleElement()
                .satisfies(pending -> assertThat(pending.asked()).containsExactly(upgraded.ref(1), upgraded.ref(3)));
        upgraded.owner(upgraded.ref(3), 0, 0, TokenState.ABSENT, null);
        upgraded.owner(upgraded.ref(1), 0, 2, TokenState.FROZEN, upgraded.ref(2));

        assertThat(upgraded.config().shard(0).owner()).isEqualTo(upgraded.ref(1));
    }

    @Test
    void copyOfAnEarlierTimeIsNotTakenForWhatWasLost() {
        ownedByOne();
        GroupRef one = cluster.ref(1);
        cluster.join(2, 3);
        recover(1, 2);
        say(2, TokenState.ABSENT, 0, null);
        say(2, TokenState.SERVING, 3, null);
        recover(2, 3);

        say(3, TokenState.FROZEN, 2, one);

        assertThat(row().owner()).isEqualTo(cluster.ref(3));
        assertThat(row().recovery()).isEqualTo(ShardRecovery.EMPTY);
    }

    @Test
    void copyThatWasNamedAndHasNotGoneOnYetStillCounts() {
        ownedByOne();
        cluster.join(2, 3);
        GroupRef two = cluster.ref(2);
        cluster.move(0, 2);
        recover(2, 3);
        say(1, TokenState.FROZEN, 2, two);
        assertThat(row().recovery()).isEqualTo(ShardRecovery.FROM_COPY);
        cluster.move(0, 3);

        recover(3, 0);
        assertThat(row().recovery()).isEqualTo(ShardRecovery.PENDING);
        say(1, TokenState.FROZEN, 2, two);

        assertThat(row().owner()).isEqualTo(cluster.ref(1));
        assertThat(row().epoch()).isEqualTo(5);
        assertThat(row().recovery()).isEqualTo(ShardRecovery.FROM_COPY);
    }

    @Test
    void recoveryNamesTheGroupThatTheAdministratorChose() {
        ownedByOne();
        cluster.join(2, 3);

        recover(1, 3);
        say(3, TokenState.ABSENT, 0, null);

        assertThat(row().owner()).isEqualTo(cluster.ref(3));
        assertThat(cluster.desired(0)).isEqualTo(3);
    }

    @Test
    void secondDeathAsksEverybodyAgain() {
        ownedByOne();
        cluster.join(2, 3);
        cluster.move(0, 2);
        cluster.move(0, 3);
        recover(1, 0);
        say(2, TokenState.ABSENT, 0, null);
        long first = cluster.config().revision();

        recover(3, 0);

        assertThat(row().recovery()).isEqualTo(ShardRecovery.PENDING);
        cluster.owner(report(2, first, TokenState.ABSENT, 0, null));
        assertThat(row().recovery()).isEqualTo(ShardRecovery.PENDING);
        say(2, TokenState.ABSENT, 0, null);
        assertThat(row().owner()).isEqualTo(cluster.ref(2));
        assertThat(row().epoch()).isEqualTo(3);
    }

    @Test
    void namedOwnerThatDiesIsRecoveredLikeAnyOther() {
        ownedByOne();
        cluster.join(2, 3);
        recover(1, 2);
        say(2, TokenState.ABSENT, 0, null);
        assertThat(row().recovery()).isEqualTo(ShardRecovery.EMPTY);

        recover(2, 0);
        say(3, TokenState.ABSENT, 0, null);

        assertThat(row().owner()).isEqualTo(cluster.ref(3));
        assertThat(row().epoch()).isEqualTo(5);
        assertThat(row().recovery()).isEqualTo(ShardRecovery.EMPTY);
    }

    @Test
    void deathOfTheLastGroupLeavesItsShardsUntilAnotherJoins() {
        ownedByOne();

        recover(1, 0);
        assertThat(row().recovery()).isEqualTo(ShardRecovery.PENDING);
        assertThat(cluster.desired(0)).isZero();
        cluster.join(2);
        say(2, TokenState.ABSENT, 0, null);

        assertThat(row().owner()).isEqualTo(cluster.ref(2));
        assertThat(row().recovery()).isEqualTo(ShardRecovery.EMPTY);
    }

    @Test
    void shardThatWasNeverBornIsOnlyPlannedElsewhere() {
        cluster.join(1);
        GroupRef one = cluster.ref(1);
        cluster.join(2);

        recover(1, 0);
        assertThat(row().owner()).isNull();
        assertThat(row().recovery()).isEqualTo(ShardRecovery.NONE);
        assertThat(cluster.desired(0)).isEqualTo(2);
        cluster.apply(new Report(List.of(), List.of(new io.ostraka.shardctrler.command.Claim(one, 0)), List.of()));
        assertThat(row().owner()).isNull();
    }

    @Test
    void retiredGroupIsNotHeardAnyMore() {
        GroupRef one = ownedByOne();
        cluster.join(2);
        recover(1, 0);
        say(2, TokenState.ABSENT, 0, null);
        say(2, TokenState.SERVING, 3, null);

        cluster.owner(one, 0, 1, TokenState.SERVING, null);
        cluster.owner(one, 0, 9, TokenState.SERVING, null);

        assertThat(row().owner()).isEqualTo(cluster.ref(2));
        assertThat(row().epoch()).isEqualTo(3);
    }

    @Test
    void leavingGroupStaysAsLongAsItsCopyMayBeNeeded() {
        ownedByOne();
        cluster.join(2, 3);
        cluster.move(0, 2);
        say(2, TokenState.SERVING, 2, null);
        recover(2, 0);

        cluster.leave(1);
        assertThat(cluster.config().group(1)).isPresent();
        say(1, TokenState.ABSENT, 2, null);
        say(3, TokenState.ABSENT, 0, null);
        assertThat(row().owner()).isEqualTo(cluster.ref(3));
        say(3, TokenState.SERVING, 4, null);

        assertThat(cluster.config().group(1)).isEmpty();
    }

    @Test
    void pinsOnADeadGroupAreDropped() {
        ownedByOne();
        cluster.join(2, 3);
        cluster.move(0, 2);

        recover(2, 0);

        assertThat(row().pinned()).isFalse();
        assertThat(cluster.desired(0)).isEqualTo(1);
    }

    @Test
    void onlyWhatIsNewsIsWorthAnEntry() {
        ownedByOne();
        cluster.join(2, 3);
        cluster.move(0, 2);
        recover(1, 0);
        long now = cluster.config().revision();
        OwnerReport asked = report(2, now, TokenState.IMPORTING, 1, cluster.ref(3));
        OwnerReport notAsked = report(3, now, TokenState.ABSENT, 0, null);
        Report both = new Report(List.of(), List.of(), List.of(asked, notAsked));

        assertThat(Reports.news(cluster.state(), both).owners()).containsExactly(asked);
        cluster.apply(both);
        assertThat(row().recovery()).isEqualTo(ShardRecovery.PENDING);
        assertThat(Reports.news(cluster.state(), both).owners()).isEmpty();
    }

    @Test
    void stateOfARecoverySurvivesItsImage() {
        ownedByOne();
        cluster.join(2, 3);
        cluster.move(0, 2);
        cluster.move(0, 3);
        recover(1, 0);
        say(2, TokenState.IMPORTING, 1, cluster.ref(3));

        assertThat(cluster.state().recoveries().pending().values())
                .allSatisfy(recovery -> assertThat(recovery.said()).isNotEmpty());
        assertThat(ImageCodec.decode(ImageCodec.encode(cluster.state()))).isEqualTo(cluster.state());
    }

    @Test
    void groupThatIsGivenUpTwiceChangesNothing() {
        ownedByOne();
        cluster.join(2);
        recover(1, 0);

        assertThat(recover(1, 0)).isInstanceOf(Unchanged.class);
    }

    @Test
    void recoveriesThatMakeNoSenseAreRefused() {
        ownedByOne();
        cluster.join(2, 3);
        cluster.leave(3);
        long incarnation = cluster.ref(1).incarnation();

        assertRefused(change(new Change.Recover(0, 1, 0)), Reason.INVALID, "positive");
        assertRefused(change(new Change.Recover(9, 1, 0)), Reason.REJECTED, "no group 9");
        assertRefused(change(new Change.Recover(1, incarnation + 1, 0)), Reason.REJECTED, "plan again");
        assertRefused(change(new Change.Recover(1, incarnation, 9)), Reason.REJECTED, "no group 9");
        assertRefused(change(new Change.Recover(1, incarnation, 1)), Reason.REJECTED, "the one to give up");
        recover(2, 0);
        assertRefused(change(new Change.Recover(1, incarnation, 2)), Reason.REJECTED, "retired");
        assertRefused(cluster.move(0, 2), Reason.REJECTED, "given up");
        assertRefused(cluster.leave(2), Reason.REJECTED, "given up");
        assertRefused(cluster.join(2), Reason.REJECTED, "forget");
    }

    @Test
    void planThatWasMadeOnAnEarlierRevisionIsRefused() {
        ownedByOne();
        cluster.join(2);
        GroupRef one = cluster.ref(1);
        long revision = cluster.config().revision();
        Change recover = new Change.Recover(1, one.incarnation(), 0);
        cluster.register(7, "n7:1", Feature.NEWEST_LEVEL);

        assertRefused(
                cluster.apply(new Administer(
                        new RequestId(5, 1), new PlannedOn(cluster.config().num(), revision), recover)),
                Reason.STALE_PLAN,
                "revision " + revision);
        assertThat(cluster.apply(new Administer(
                        new RequestId(5, 2),
                        new PlannedOn(cluster.config().num(), cluster.config().revision()),
                        recover)))
                .isInstanceOf(Done.class);
    }

    @Test
    void nothingIsRecoveredWhileSomeNodeDoesNotKnowHow() {
        PlannedCluster older = PlannedCluster.withNodes(1, 3);
        older.join(1);

        assertRefused(
                older.change(new Change.Recover(1, older.ref(1).incarnation(), 0)), Reason.REJECTED, "feature level");
    }

    @Test
    void retiredGroupIsForgottenOnceEveryShardHasGoneOn() {
        ownedByOne();
        cluster.join(2);
        cluster.move(0, 2);
        GroupRef one = cluster.ref(1);
        assertRefused(change(new Change.Forget(1)), Reason.REJECTED, "not retired");
        recover(1, 0);
        assertRefused(change(new Change.Forget(1)), Reason.REJECTED, "shard 0");
        say(2, TokenState.ABSENT, 0, null);

        assertThat(change(new Change.Forget(1))).isInstanceOf(Done.class);

        assertThat(cluster.config().group(one)).isEmpty();
        assertThat(cluster.join(1)).isInstanceOf(Done.class);
        assertThat(cluster.ref(1)).isNotEqualTo(one);
    }
}
