package io.ostraka.shardctrler.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.proto.Feature;
import io.ostraka.proto.config.ConfigWire;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.controller.ChangeRequest;
import io.ostraka.proto.controller.Recover;
import io.ostraka.shardctrler.command.Change;
import io.ostraka.shardctrler.command.OwnerReport;
import io.ostraka.shardctrler.command.OwnerReport.ShardEpoch;
import io.ostraka.shardctrler.command.TokenState;
import io.ostraka.shardctrler.state.PlannedCluster;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which groups are given up, and which are not since they may live. One shard, groups 1 to 3; group 1 has it. */
class RecoveryRequestsTest {

    private static final long ENOUGH = GroupWords.ALIVE_NANOS;

    private final PlannedCluster cluster = PlannedCluster.founded(1, Feature.NEWEST_LEVEL);
    private long nowNanos = 77;
    private final RecoveryRequests requests = new RecoveryRequests(() -> nowNanos);

    @BeforeEach
    void shardAtGroupOne() {
        cluster.register(1, "n1:1", Feature.NEWEST_LEVEL);
        cluster.join(1);
        cluster.carryOut();
        cluster.join(2, 3);
    }

    @Test
    void groupIsNotGivenUpByAControllerThatHasNotLedLongEnoughToHearIt() {
        requests.leads(4);
        pass(ENOUGH - TimeUnit.SECONDS.toNanos(3));
        assertThat(problemOf(1)).contains("try again in 3 s");

        pass(TimeUnit.SECONDS.toNanos(3));
        assertThat(problemOf(1)).isNull();
        requests.leads(5);
        assertThat(problemOf(1)).contains("try again in 25 s");
    }

    /** Its answer may have been lost with the leader that did it; "too early" would say that nothing was done. */
    @Test
    void groupThatIsGivenUpAlreadyIsNoMatterForALeaderThatIsNew() {
        ledForLong();
        cluster.change(new Change.Recover(1, cluster.ref(1).incarnation(), 0));

        requests.leads(5);

        assertThat(problemOf(1)).isNull();
        assertThat(problemOf(2)).contains("try again in");
    }

    @Test
    void groupThatWasHeardIsNotGivenUpAlthoughItSaidNothing() {
        ledForLong();
        requests.heard(cluster.ref(1), List.of());
        pass(ENOUGH);
        assertThat(problemOf(1)).contains("lives");

        pass(1);
        assertThat(problemOf(1)).isNull();
    }

    @Test
    void groupThatAShardIsFrozenForStandsInItsWay() {
        ledForLong();

        says(1, TokenState.FROZEN, 2, cluster.ref(2));

        assertThat(subject()).isEqualTo("2");
    }

    @Test
    void onlyTheRecordedOwnersFreshWordCountsForWhatAShardIsFrozenFor() {
        ledForLong();
        says(3, TokenState.FROZEN, 2, cluster.ref(2));
        assertThat(subject()).as("not the owner").isEqualTo("1");
        says(1, TokenState.FROZEN, 1, cluster.ref(2));
        assertThat(subject()).as("another epoch").isEqualTo("1");

        says(1, TokenState.FROZEN, 2, cluster.ref(2));
        pass(TimeUnit.SECONDS.toNanos(16));
        assertThat(subject()).as("stale").isEqualTo("1");
    }

    @Test
    void ofTheGroupsThatAShardWaitsForTheSilentOneIsNamed() {
        ledForLong();
        cluster.move(0, 2);
        cluster.move(0, 3);
        cluster.change(new Change.Recover(1, cluster.ref(1).incarnation(), 0));
        assertThat(subject()).contains("waits for group 2 and 3", "--group");

        requests.heard(cluster.ref(3), List.of());
        assertThat(subject()).isEqualTo("2");
        requests.heard(cluster.ref(2), List.of());
        assertThat(subject()).contains("which lives");
    }

    private void ledForLong() {
        requests.leads(1);
        pass(10 * ENOUGH);
    }

    private void pass(long nanos) {
        nowNanos += nanos;
    }

    private void says(long gid, TokenState state, long epoch, GroupRef peer) {
        GroupRef group = cluster.ref(gid);
        requests.heard(
                group,
                List.of(new OwnerReport(
                        group, new ShardEpoch(0, epoch), cluster.config().revision(), state, peer)));
    }

    /** The group that would be given up for the sake of the shard, or why none. */
    private String subject() {
        ChangeRequest request = ChangeRequest.newBuilder()
                .setRecover(Recover.newBuilder().setShard(0))
                .build();
        return switch (requests.subject(request, cluster.state())) {
            case RecoveryRequests.Subject.Named named ->
                String.valueOf(named.request().getRecover().getDead().getGid());
            case RecoveryRequests.Subject.None none -> none.why().message();
        };
    }

    private @Nullable String problemOf(long gid) {
        Answers.Refused problem = requests.problemOf(
                ChangeRequest.newBuilder()
                        .setRecover(Recover.newBuilder().setDead(ConfigWire.toWire(cluster.ref(gid))))
                        .build(),
                cluster.state());
        return problem == null ? null : problem.message();
    }
}
