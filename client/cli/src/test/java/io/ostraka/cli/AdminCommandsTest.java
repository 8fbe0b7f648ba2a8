package io.ostraka.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.client.fake.FakeCluster;
import io.ostraka.proto.GroupRef;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.controller.ChangeReply;
import io.ostraka.proto.controller.ChangeRequest;
import io.ostraka.proto.controller.PlannedMove;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AdminCommandsTest {

    private final FakeCluster cluster = FakeCluster.start();
    private final Cli cli = Cli.of(cluster.address());

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void changeWithoutATerminalNeedsYes() {
        assertThat(cli.run("leave", "100")).isEqualTo(2);
        assertThat(cli.err()).contains("--yes", "--dry-run");
        assertThat(cluster.changes).isEmpty();

        assertThat(cli.run("leave", "100", "--yes")).isZero();
        assertThat(cli.out()).contains("Configuration 2");
        assertThat(cluster.changes).singleElement().matches(change -> !change.getDryRun());
    }

    @Test
    void dryRunShowsTheMovesAndChangesNothing() {
        cluster.onChange(AdminCommandsTest::planned);

        assertThat(cli.run("join", "103=127.0.0.1:7110,127.0.0.1:7111", "--dry-run"))
                .isZero();

        assertThat(cli.out()).contains("SHARD", "100", "103", "4096", "Would move 1 shard");
        assertThat(cluster.changes).singleElement().matches(ChangeRequest::getDryRun);
    }

    @Test
    void manyMovesAreSummedUpByWhereTheyGo() {
        cluster.onChange(change -> {
            ChangeReply.Builder reply =
                    ChangeReply.newBuilder().setCode(StatusCode.OK).setNum(1).setChanged(true);
            for (int shard = 0; shard < 40; shard++) {
                reply.addMoves(PlannedMove.newBuilder()
                        .setShard(shard)
                        .setFrom(GroupRef.newBuilder().setGid(shard < 30 ? 100 : 101))
                        .setTo(GroupRef.newBuilder().setGid(103))
                        .setBytes(10)
                        .setKeys(1));
            }
            return reply.build();
        });

        assertThat(cli.run("join", "103=127.0.0.1:7110", "--dry-run")).isZero();

        assertThat(cli.out()).isEqualTo("""
                SHARDS  FROM   TO  KEYS  BYTES
                    30   100  103    30    300
                    10   101  103    10    100
                Would move 40 shards, planned on configuration 1.
                """);
    }

    @Test
    void planIsShownAndAppliedOnlyAsConfirmed() {
        cluster.onChange(AdminCommandsTest::planned);

        assertThat(cli.typing("n\n").run("move", "5", "103")).isEqualTo(1);
        assertThat(cluster.changes).hasSize(1);

        assertThat(cli.typing("y\n").run("move", "5", "103")).isZero();
        assertThat(cli.err()).contains("SHARD", "Move 1 shard? [y/N]");
        ChangeRequest applied = cluster.changes.get(2);
        assertThat(applied.getDryRun()).isFalse();
        assertThat(applied.getPlannedOnNum()).isEqualTo(1);
        assertThat(applied.getMove().getShard()).isEqualTo(5);
    }

    @Test
    void refusalOfTheControllerIsShownAndIsExitCodeFour() {
        cluster.onChange(change -> ChangeReply.newBuilder()
                .setCode(StatusCode.REJECTED)
                .setMessage("group 77 is not known; the groups are 100")
                .build());

        assertThat(cli.run("move", "5", "77", "-y")).isEqualTo(4);
        assertThat(cli.err()).isEqualTo("Group 77 is not known; the groups are 100.\n");
    }

    @Test
    void changeThatChangesNothingSaysWhy() {
        cluster.onChange(change -> ChangeReply.newBuilder()
                .setCode(StatusCode.OK)
                .setNum(1)
                .setMessage("shard 5 is with group 100 already")
                .build());

        assertThat(cli.run("move", "5", "100", "-y")).isZero();
        assertThat(cli.out()).contains("Nothing to change: shard 5 is with group 100 already");
    }

    @Test
    void changeThatMovesNothingIsAChangeAllTheSame() {
        cluster.onChange(change -> ChangeReply.newBuilder()
                .setCode(StatusCode.OK)
                .setNum(2)
                .setChanged(true)
                .setMessage("shard 3 is unpinned")
                .build());

        assertThat(cli.run("unpin", "3", "-y")).isZero();
        assertThat(cli.out()).contains("Configuration 2", "shard 3 is unpinned").doesNotContain("Nothing");
    }

    @Test
    void malformedGroupsAreRefused() {
        assertThat(cli.run("join", "103", "-y")).isEqualTo(2);
        assertThat(cli.err()).contains("GID=HOST:PORT");
        assertThat(cli.run("join", "103=nowhere", "-y")).isEqualTo(4);
        assertThat(cli.err()).contains("nowhere");
        assertThat(cli.run("leave", "many", "-y")).isEqualTo(2);
        assertThat(cli.run("join", "-y")).isEqualTo(2);
    }

    @Test
    void querySummarisesTheMapAndJsonHasAllOfIt() {
        assertThat(cli.run("query")).isZero();
        assertThat(cli.out()).contains("configuration 1, revision 18, 16 shards, 0 on their way", "member");

        cli.run("query", "-o", "json");
        assertThat(cli.out()).contains("\"clusterId\":\"5712a4a\"", "\"shard\":15,\"owner\":100");
        assertThat(cli.run("query", "99")).isEqualTo(4);
        assertThat(cli.err()).contains("no configuration 99");
    }

    @Test
    void shardListMarksWhatIsPinned() {
        assertThat(cli.run("shard", "list")).isZero();

        assertThat(cli.out().lines()).hasSize(17).anyMatch(line -> line.contains("3") && line.contains("pinned"));
    }

    @Test
    void statusShowsControllersNodesAndReplicas() {
        assertThat(cli.run("status")).isZero();
        assertThat(cli.out())
                .contains("CONTROLLER", cluster.address(), "leader", "GROUP", "LAG", "1/1")
                .contains("16 shards: 16 not served", "0-15");

        assertThat(cli.run("status", "--all")).isZero();
        assertThat(cli.out()).contains("CONTROLLER", "ROLE", "EPOCH").doesNotContain("LAG", "not served");

        cli.run("status", "-o", "json");
        assertThat(cli.out()).contains("\"role\":\"leader\"", "\"commitIndex\":40");
    }

    @Test
    void statusOfAnUnreachableClusterSaysWhoDidNotAnswer() {
        Cli nobody = Cli.of("127.0.0.1:1");

        assertThat(nobody.run("status")).isEqualTo(3);
        assertThat(nobody.err()).contains("127.0.0.1:1", "refused");
    }

    @Test
    void controllersAreFormattedAndInitialised() {
        assertThat(cli.run("controller", "format")).isZero();
        assertThat(cli.out()).contains(cluster.address(), "1f");
        assertThat(cli.run("controller", "init", "--shards", "64", "-o", "json"))
                .isZero();
        assertThat(cli.out()).contains("\"shards\":64");
        assertThat(cli.run("controller", "init", "--shards", "0")).isEqualTo(4);
        cluster.refuseQueries(StatusCode.REJECTED);
        assertThat(cli.run("controller", "format")).isEqualTo(4);
        assertThat(cli.err()).contains("initialised already");
    }

    private static ChangeReply planned(ChangeRequest change) {
        return ChangeReply.newBuilder()
                .setCode(StatusCode.OK)
                .setNum(1)
                .setChanged(true)
                .addMoves(PlannedMove.newBuilder()
                        .setShard(5)
                        .setFrom(GroupRef.newBuilder().setGid(100))
                        .setTo(GroupRef.newBuilder().setGid(103))
                        .setBytes(4096)
                        .setKeys(7))
                .build();
    }
}
