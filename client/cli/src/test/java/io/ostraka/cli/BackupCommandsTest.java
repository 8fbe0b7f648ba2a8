package io.ostraka.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.client.fake.FakeCluster;
import io.ostraka.proto.GroupRef;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.controller.ChangeReply;
import io.ostraka.proto.controller.ChangeRequest;
import io.ostraka.proto.controller.InitialiseRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackupCommandsTest {

    private final FakeCluster cluster = FakeCluster.start();
    private final Cli cli = Cli.of(cluster.address());

    @TempDir
    private Path directory;

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void whatBackupWritesIsWhatARestoreSends() {
        String file = directory.resolve("controllers.backup").toString();
        assertThat(cli.run("controller", "backup", file)).isZero();
        assertThat(cli.out()).contains("Configuration 1, revision 18", file);

        assertThat(cli.run("controller", "init", "--restore", file)).isZero();
        InitialiseRequest founding = cluster.foundings.getLast();
        assertThat(founding.getClusterId()).isEqualTo(cluster.config().clusterId());
        assertThat(founding.getShards()).isEqualTo(cluster.config().shardCount());
        assertThat(founding.getRestore().getBackup().getNextReplicaId()).isEqualTo(99);
        assertThat(founding.getRestore().getAtEpochSeconds()).isPositive();
    }

    @Test
    void backupIsNotReplacedUnlessForced() throws Exception {
        Path file = Files.writeString(directory.resolve("precious"), "precious");
        assertThat(cli.run("controller", "backup", file.toString())).isEqualTo(4);
        assertThat(cli.err()).contains("there already", "--force");
        assertThat(file).hasContent("precious");

        assertThat(cli.run("controller", "backup", file.toString(), "--force")).isZero();
        assertThat(cli.run("controller", "backup", directory.resolve("no/where").toString()))
                .isEqualTo(4);
        assertThat(cli.err()).contains("its folder is not there");
        try (var files = Files.list(directory)) {
            assertThat(files.map(Path::getFileName).map(Path::toString)).containsExactly("precious");
        }
    }

    @Test
    void whatIsNoBackupIsRefusedByName() throws Exception {
        Path file = directory.resolve("controllers.backup");
        assertThat(cli.run("controller", "init", "--restore", file.toString())).isEqualTo(4);
        assertThat(cli.err()).contains("is not there");

        cli.run("controller", "backup", file.toString());
        byte[] bytes = Files.readAllBytes(file);
        for (int damaged : List.of(0, 9, bytes.length - 1)) {
            byte[] copy = bytes.clone();
            copy[damaged] ^= 1;
            Files.write(file, copy);
            assertThat(cli.run("controller", "init", "--restore", file.toString()))
                    .isEqualTo(4);
            assertThat(cli.err()).contains(file.toString()).containsAnyOf("no backup", "damaged");
        }
        bytes[7] = 2;
        Files.write(file, bytes);
        cli.run("controller", "init", "--restore", file.toString());
        assertThat(cli.err()).contains("format 2");
        Files.write(file, new byte[3]);
        cli.run("controller", "init", "--restore", file.toString());
        assertThat(cli.err()).contains("no backup");
        assertThat(cluster.foundings).isEmpty();
    }

    @Test
    void restoreNeedsFreeControllers_andNoNumberOfShards() {
        String file = directory.resolve("controllers.backup").toString();
        cli.run("controller", "backup", file);
        assertThat(cli.run("controller", "init", "--restore", file, "--shards", "4"))
                .isEqualTo(2);

        cluster.refuseQueries(StatusCode.REJECTED);
        assertThat(cli.run("controller", "init", "--restore", file)).isEqualTo(4);
        assertThat(cli.err()).contains("empty directories");
        assertThat(cluster.foundings).isEmpty();
    }

    @Test
    void resumeShowsWhomItWouldGiveUp_andDoesItOnlyWithBothConfirmations() {
        ChangeReply answer = ChangeReply.newBuilder()
                .setCode(StatusCode.OK)
                .setChanged(true)
                .setMessage("would go on")
                .setNum(7)
                .addSilent(GroupRef.newBuilder().setGid(103).setIncarnation(5))
                .build();
        cluster.onChange(change -> answer);
        assertThat(cli.run("controller", "resume", "--yes")).isEqualTo(2);
        assertThat(cli.err()).contains("--unsafe");
        assertThat(cli.run("controller", "resume")).isZero();
        assertThat(cli.out()).contains("103");
        assertThat(cluster.changes).allMatch(ChangeRequest::getDryRun);

        assertThat(cli.run("controller", "resume", "--unsafe", "--yes")).isZero();
        ChangeRequest done = cluster.changes.getLast();
        assertThat(done.getDryRun()).isFalse();
        assertThat(done.getPlannedOnNum()).isEqualTo(7);
        assertThat(done.getResume().getDeadList())
                .containsExactly(
                        GroupRef.newBuilder().setGid(103).setIncarnation(5).build());
    }
}
