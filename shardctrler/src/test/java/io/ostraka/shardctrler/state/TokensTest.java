package io.ostraka.shardctrler.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.proto.config.GroupRef;
import io.ostraka.shardctrler.command.Claim;
import io.ostraka.shardctrler.command.ControllerCommand.RegisterNode;
import io.ostraka.shardctrler.command.ControllerCommand.Report;
import io.ostraka.shardctrler.command.ControllerResult;
import io.ostraka.shardctrler.command.ControllerResult.Done;
import io.ostraka.shardctrler.command.ControllerResult.Reason;
import io.ostraka.shardctrler.command.ControllerResult.Refused;
import io.ostraka.shardctrler.command.ControllerResult.Unchanged;
import io.ostraka.shardctrler.command.Created;
import io.ostraka.shardctrler.command.OwnerReport;
import io.ostraka.shardctrler.command.OwnerReport.ShardEpoch;
import io.ostraka.shardctrler.command.TokenState;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the controller makes of reports: births, owners, and when a leaving group may go. One shard, groups 1 to 3. */
class TokensTest {

    private final PlannedCluster cluster = PlannedCluster.withNodes(1, 4);

    @Test
    void firstClaimOfTheTargetIsABirthAtEpochOne() {
        cluster.join(1);
        GroupRef one = cluster.ref(1);
        cluster.join(2);
        claim(cluster.ref(2));
        assertThat(cluster.config().shard(0).owner()).isNull();

        claim(one);
        assertThat(cluster.config().shard(0).owner()).isEqualTo(one);
        assertThat(cluster.config().shard(0).epoch()).isEqualTo(1);
        assertThat(cluster.config().shard(0).target()).isNull();
        assertThat(claim(one)).isInstanceOf(Unchanged.class);
    }

    @Test
    void claimOfAnEarlierIncarnationIsNoBirth() {
        cluster.join(1);
        GroupRef earlier = cluster.ref(1);
        cluster.leave(1);
        cluster.join(1);

        claim(earlier);

        assertThat(cluster.config().shard(0).owner()).isNull();
    }

    @Test
    void ownerIsAcceptedByHigherEpochOnly() {
        ownedByOne();
        cluster.join(2);
        cluster.move(0, 2);
        GroupRef two = cluster.ref(2);

        cluster.owner(two, 0, 1, TokenState.SERVING, null);
        assertThat(cluster.config().shard(0).owner()).isEqualTo(cluster.ref(1));
        cluster.owner(two, 0, 2, TokenState.IMPORTING, null);
        assertThat(cluster.config().shard(0).owner()).isEqualTo(cluster.ref(1));
        cluster.owner(two, 0, 2, TokenState.SERVING, null);
        assertThat(cluster.config().shard(0).owner()).isEqualTo(two);
        cluster.owner(cluster.ref(1), 0, 1, TokenState.SERVING, null);
        assertThat(cluster.config().shard(0).owner()).isEqualTo(two);
        assertThat(cluster.config().shard(0).epoch()).isEqualTo(2);
    }

    @Test
    void reportsThatSayNothingNewAreNotWorthAnEntry() {
        ownedByOne();
        cluster.join(2);
        GroupRef one = cluster.ref(1);
        OwnerReport known = report(one, 1, cluster.config().revision(), TokenState.SERVING, null);
        OwnerReport higher = report(cluster.ref(2), 2, 1, TokenState.SERVING, null);
        OwnerReport unknown = report(new GroupRef(9, 9), 7, 1, TokenState.SERVING, null);

        Report news = Reports.news(
                cluster.state(), new Report(List.of(), List.of(new Claim(one, 0)), List.of(known, higher, unknown)));

        assertThat(news.claims()).isEmpty();
        assertThat(news.owners()).containsExactly(higher);
    }

    @Test
    void leavingGroupServesWhatItHoldsAndGoesOnceItOwnsNothing() {
        ownedByOne();
        cluster.join(2);
        cluster.leave(1);
        assertThat(cluster.config().isLeaving(cluster.ref(1))).isTrue();
        assertThat(cluster.desired(0)).isEqualTo(2);

        cluster.owner(cluster.ref(2), 0, 2, TokenState.SERVING, null);

        assertThat(cluster.config().group(1)).isEmpty();
    }

    @Test
    void groupThatOwnsNothingStaysUntilADroppedPlanIsSettled() {
        GroupRef one = ownedByOne();
        GroupRef two = droppedPlanToTwo();
        assertThat(cluster.config().isLeaving(two)).isTrue();

        long revision = cluster.config().revision();
        cluster.owner(report(one, 1, revision - 1, TokenState.SERVING, null));
        assertThat(cluster.config().group(two))
                .as("report from before the drop")
                .isPresent();
        cluster.owner(report(one, 1, revision, TokenState.EXPORTING, two));
        assertThat(cluster.config().group(two))
                .as("still exported to the group")
                .isPresent();
        cluster.owner(report(one, 1, revision, TokenState.EXPORTING, null));
        assertThat(cluster.config().group(two)).as("exported to who knows whom").isPresent();
        cluster.owner(report(one, 1, revision, TokenState.SERVING, null));
        assertThat(cluster.config().group(two)).isEmpty();
    }

    @Test
    void reportFromAnyStateWithoutTheTokenSettlesNothing() {
        GroupRef one = ownedByOne();
        GroupRef two = droppedPlanToTwo();

        for (TokenState state : List.of(TokenState.FROZEN, TokenState.ABSENT, TokenState.IMPORTING)) {
            cluster.owner(report(one, 1, cluster.config().revision(), state, null));
            cluster.owner(report(one, 2, cluster.config().revision(), state, null));
            assertThat(cluster.config().group(two)).isPresent();
        }
    }

    @Test
    void reportOfAnotherEpochThanTheRecordedSettlesNothing() {
        GroupRef one = ownedByOne();
        GroupRef two = droppedPlanToTwo();

        cluster.owner(report(one, 0, cluster.config().revision(), TokenState.SERVING, null));
        cluster.owner(report(two, 1, cluster.config().revision(), TokenState.SERVING, null));

        assertThat(cluster.config().group(two)).isPresent();
    }

    @Test
    void exportToAThirdGroupSettlesThePlanToTheLeavingOne() {
        GroupRef one = ownedByOne();
        GroupRef two = droppedPlanToTwo();
        cluster.join(3);

        cluster.owner(one, 0, 1, TokenState.EXPORTING, cluster.ref(3));

        assertThat(cluster.config().group(two)).isEmpty();
    }

    @Test
    void lateArrivalAtALeavingGroupIsPlannedAwayAtOnce() {
        GroupRef one = ownedByOne();
        GroupRef two = droppedPlanToTwo();

        // Group 1 had frozen the shard for group 2 before it heard of the drop.
        cluster.owner(two, 0, 2, TokenState.SERVING, null);

        assertThat(cluster.config().shard(0).owner()).isEqualTo(two);
        assertThat(cluster.config().shard(0).target()).isEqualTo(one);
        cluster.owner(one, 0, 3, TokenState.SERVING, null);
        assertThat(cluster.config().group(two)).isEmpty();
        assertThat(cluster.desired(0)).isEqualTo(1);
    }

    @Test
    void dataOfTheLastGroupStaysUntilAnotherJoins() {
        // FAULTS D6, H5.
        GroupRef one = ownedByOne();
        cluster.leave(1);

        cluster.check();
        assertThat(cluster.config().shard(0).owner()).isEqualTo(one);
        assertThat(cluster.config().shard(0).target()).isNull();
        assertThat(cluster.config().isLeaving(one)).isTrue();

        cluster.join(2);
        assertThat(cluster.config().shard(0).owner()).isEqualTo(one);
        assertThat(cluster.desired(0)).isEqualTo(2);
        cluster.owner(cluster.ref(2), 0, 2, TokenState.SERVING, null);
        assertThat(cluster.config().group(one)).isEmpty();
    }

    @Test
    void planToALeavingGroupThatIsTakenBackAndMadeAgainIsSettledByTheLaterDrop() {
        GroupRef one = ownedByOne();
        cluster.join(2);
        cluster.move(0, 2);
        cluster.move(0, 1);
        long firstDrop = cluster.config().revision();
        cluster.move(0, 2);
        cluster.leave(2);
        GroupRef two = cluster.ref(2);

        cluster.owner(report(one, 1, firstDrop, TokenState.SERVING, null));
        assertThat(cluster.config().group(two)).isPresent();
        cluster.owner(one, 0, 1, TokenState.SERVING, null);
        assertThat(cluster.config().group(two)).isEmpty();
    }

    @Test
    void replicaIsRecordedAsCreatedOnce() {
        cluster.join(1, List.of("n1:1", "n2:1"));
        GroupRef one = cluster.ref(1);
        Created first = new Created(one, 1, 1);

        assertThat(created(first)).isInstanceOf(Done.class);
        assertThat(cluster.config()
                        .group(one)
                        .orElseThrow()
                        .replica(1)
                        .orElseThrow()
                        .created())
                .isTrue();
        assertThat(cluster.config()
                        .group(one)
                        .orElseThrow()
                        .replica(2)
                        .orElseThrow()
                        .created())
                .isFalse();
        assertThat(created(first))
                .isInstanceOfSatisfying(
                        Refused.class, no -> assertThat(no.message()).contains("never created again"));
        assertThat(created(new Created(one, 2, 9))).isInstanceOf(Refused.class);
        assertThat(created(new Created(one, 3, 1))).isInstanceOf(Refused.class);
        assertThat(created(new Created(new GroupRef(1, 9), 2, 2))).isInstanceOf(Refused.class);
    }

    @Test
    void refusedCreationDoesNotHoldBackTheRestOfAReport() {
        cluster.join(1);
        GroupRef one = cluster.ref(1);

        ControllerResult result =
                cluster.apply(new Report(List.of(new Created(one, 99, 1)), List.of(new Claim(one, 0)), List.of()));

        assertThat(result).isInstanceOf(Refused.class);
        assertThat(cluster.config().shard(0).owner()).isEqualTo(one);
    }

    @Test
    void replicasOfANodeWhoseAddressIsTakenAreLostUntilItComesBack() {
        cluster.join(1, List.of("n1:1", "n2:1"));

        cluster.register(100, "n1:1");
        assertThat(cluster.config()
                        .group(1)
                        .orElseThrow()
                        .replicaOn(1)
                        .orElseThrow()
                        .lost())
                .isTrue();
        assertThat(cluster.config()
                        .group(1)
                        .orElseThrow()
                        .replicaOn(2)
                        .orElseThrow()
                        .lost())
                .isFalse();
        assertThat(cluster.config().addressOf(1)).isEmpty();
        assertThat(cluster.config().addressOf(100)).contains("n1:1");

        cluster.register(1, "elsewhere:1");
        assertThat(cluster.config()
                        .group(1)
                        .orElseThrow()
                        .replicaOn(1)
                        .orElseThrow()
                        .lost())
                .isFalse();
        assertThat(cluster.config().addressOf(1)).contains("elsewhere:1");
    }

    @Test
    void registrationFromThePastIsRefused() {
        assertThat(cluster.apply(new RegisterNode(1, "new:1", 5, 1))).isInstanceOf(Done.class);
        assertThat(cluster.apply(new RegisterNode(1, "n1:1", 4, 1)))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.reason()).isEqualTo(Reason.SUPERSEDED));
        assertThat(cluster.apply(new RegisterNode(1, "new:1", 5, 1))).isInstanceOf(Unchanged.class);
        assertThat(cluster.apply(new RegisterNode(0, "x:1", 5, 1))).isInstanceOf(Refused.class);
        assertThat(cluster.apply(new RegisterNode(9, "x", 5, 1))).isInstanceOf(Refused.class);
        assertThat(cluster.config().addressOf(1)).contains("new:1");
    }

    private GroupRef ownedByOne() {
        cluster.join(1);
        cluster.carryOut();
        return cluster.ref(1);
    }

    /** The shard was to move to group 2, which then leaves; group 1 owns it and has not confirmed the drop. */
    private GroupRef droppedPlanToTwo() {
        cluster.join(2);
        cluster.move(0, 2);
        cluster.leave(2);
        assertThat(cluster.desired(0)).isEqualTo(1);
        return cluster.ref(2);
    }

    private ControllerResult claim(GroupRef group) {
        return cluster.apply(new Report(List.of(), List.of(new Claim(group, 0)), List.of()));
    }

    private ControllerResult created(Created created) {
        return cluster.apply(new Report(List.of(created), List.of(), List.of()));
    }

    private static OwnerReport report(
            GroupRef group,
            long epoch,
            long revision,
            TokenState state,
            @org.jspecify.annotations.Nullable GroupRef successor) {
        return new OwnerReport(group, new ShardEpoch(0, epoch), revision, state, successor);
    }
}
