package io.ostraka.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.client.fake.FakeCluster;
import io.ostraka.proto.GroupRef;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.controller.ChangeReply;
import io.ostraka.proto.controller.ChangeRequest;
import io.ostraka.proto.controller.PlannedRecovery;
import io.ostraka.proto.controller.RecoveredShard;
import io.ostraka.proto.controller.RecoverySource;
import io.ostraka.proto.controller.RecoveryState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The commands for groups that are lost for good. */
class RecoveryCommandsTest {

    private final FakeCluster cluster = FakeCluster.start();
    private final Cli cli = Cli.of(cluster.address());

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void withoutYesThePlanIsShownAndNothingIsChanged() {
        cluster.onChange(RecoveryCommandsTest::planned);

        assertThat(cli.run("shard", "recover", "--group", "100", "--unsafe")).isZero();

        assertThat(cli.out()).contains("frozen-copy", "what was acknowledged since", "revision 18");
        assertThat(cli.err()).contains("Nothing was changed", "--unsafe --yes");
        assertThat(cluster.changes).singleElement().matches(ChangeRequest::getDryRun);
    }

    @Test
    void yesAloneIsAWrongCall() {
        assertThat(cli.run("shard", "recover", "--group", "100", "--yes")).isEqualTo(2);

        assertThat(cli.err()).contains("--unsafe");
        assertThat(cluster.changes).isEmpty();
    }

    @Test
    void recoveryIsCarriedOutOnTheRevisionThatWasPlannedOn() {
        cluster.onChange(RecoveryCommandsTest::planned);

        assertThat(cli.run("shard", "recover", "3", "--to", "101", "--unsafe", "--yes"))
                .isZero();

        assertThat(cluster.changes).hasSize(2);
        assertThat(cluster.changes.getFirst().getRecover().getShard()).isEqualTo(3);
        ChangeRequest done = cluster.changes.getLast();
        assertThat(done.getDryRun()).isFalse();
        assertThat(done.getPlannedOnRevision()).isEqualTo(18);
        assertThat(done.getRecover().getDead()).isEqualTo(ref(100));
        assertThat(done.getRecover().getTo()).isEqualTo(101);
    }

    @Test
    void shardListSaysForWhomAShardWaitsAndHowItWentOn() {
        cluster.recoveries.add(RecoveryState.newBuilder()
                .setShard(5)
                .setLast(RecoveredShard.newBuilder()
                        .setSource(RecoverySource.EMPTY)
                        .setAt(ref(100))
                        .setEpoch(7))
                .build());

        assertThat(cli.run("shard", "list")).isZero();
        assertThat(cli.out().lines()).anyMatch(line -> line.endsWith("empty at epoch 7"));
        cli.run("shard", "list", "-o", "json");
        assertThat(cli.out())
                .contains("\"waitsFor\":[],\"wentOn\":{\"source\":\"empty\",\"group\":100,\"epoch\":7}")
                .contains("\"wentOn\":null");
    }

    private static ChangeReply planned(ChangeRequest request) {
        return ChangeReply.newBuilder()
                .setCode(StatusCode.OK)
                .setChanged(true)
                .setNum(1)
                .setRevision(18)
                .setDead(ref(100))
                .addRecoveries(PlannedRecovery.newBuilder()
                        .setShard(3)
                        .setLastOwner(ref(100))
                        .setEpoch(1)
                        .addAsked(ref(101))
                        .setGoesOnAt(ref(101))
                        .setSource(RecoverySource.FROZEN_COPY)
                        .setLoss("what was acknowledged since"))
                .setMessage(request.getDryRun() ? "would be given up" : "is given up")
                .build();
    }

    private static GroupRef ref(long gid) {
        return GroupRef.newBuilder().setGid(gid).setIncarnation(1).build();
    }
}
