package io.ostraka.it.containers;

import static io.ostraka.it.containers.ClusterUnderLoad.CALLS_BETWEEN;
import static io.ostraka.it.containers.ClusterUnderLoad.FIRST;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Volume;
import io.ostraka.client.Bytes;
import io.ostraka.client.OstrakaClient;
import io.ostraka.it.processes.Patience;
import io.ostraka.testcontainers.OstrakaCluster;
import io.ostraka.testcontainers.OstrakaContainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A cluster in which one node has a clock that is a day ahead, and one a small disk. Profile {@code containers}; takes
 * root, to mount a disk, and libfaketime, which Debian has in the package {@code libfaketime}.
 */
@Timeout(300)
class MachinesInContainers {

    private static final String AHEAD = "node-3";
    private static final String CROWDED = "node-6";
    private static final Path FAKE_TIME = Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1");
    private static final int SECONDS_MAX = 60;

    @TempDir
    private static Path disk;

    private static @Nullable ClusterUnderLoad shared;

    @BeforeAll
    static void start() throws Exception {
        Engine.assumeThere();
        assumeTrue(Files.exists(FAKE_TIME), "there is no libfaketime");
        run("mount", "-t", "tmpfs", "-o", "size=96m,uid=65532,gid=65532,mode=700", "ostraka-it", disk.toString());
        shared = ClusterUnderLoad.start(cluster -> cluster.refine(MachinesInContainers::refine));
    }

    private static void refine(OstrakaContainer container) {
        if (container.name().equals(AHEAD)) {
            container
                    .withCreateContainerCmdModifier(command -> requireNonNull(command.getHostConfig())
                            .withBinds(new Bind(FAKE_TIME.toString(), new Volume("/faketime.so"))))
                    .withEnv("LD_PRELOAD", "/faketime.so")
                    .withEnv("FAKETIME", "+1d")
                    // A machine's clock can be set; what it counts since its start cannot.
                    .withEnv("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        } else if (container.name().equals(CROWDED)) {
            container.withDataDirectory(disk.toString());
        }
    }

    @AfterAll
    static void close() throws Exception {
        if (shared != null) {
            shared.close();
        }
        run("umount", disk.toString());
    }

    @Test
    void clockOfALeaderThatIsADayAheadExpiresNothingAndBlocksNothing() throws Exception {
        OstrakaClient client = cluster().client();
        String key = load().keyOf(FIRST);
        client.put(Bytes.utf8(key), Bytes.utf8("kept"), Duration.ofHours(1));
        load().during("clock-ahead", clients -> {
            for (String leader = load().leaderOf(FIRST); !leader.equals(AHEAD); leader = load().leaderOf(FIRST)) {
                cluster().restart(leader);
                cluster().awaitServing();
            }
            assertThat(cluster()
                            .container(AHEAD)
                            .execInContainer("date", "+%s")
                            .getStdout()
                            .strip())
                    .asLong()
                    .isGreaterThan(System.currentTimeMillis() / 1_000
                            + Duration.ofHours(23).toSeconds());
            assertThat(client.get(key).orElseThrow().toUtf8()).isEqualTo("kept");
            client.put(Bytes.utf8(key), Bytes.utf8("short"), Duration.ofSeconds(1));
            Patience.await("the end of a short life", () -> client.get(key).isEmpty());
            clients.awaitCalls(CALLS_BETWEEN);
        });
    }

    @Test
    void nodeWhoseDiskIsFullEndsAndComesBackOnItsDataWhenThereIsRoom() throws Exception {
        load().during("disk-full", clients -> {
            Path filler = disk.resolve("filler");
            run("sh", "-c", "cat /dev/zero >'" + filler + "' 2>/dev/null || true");
            Patience.await(
                    CROWDED + " to end", () -> !cluster().container(CROWDED).isRunning());
            assertThat(cluster().logs(CROWDED)).containsIgnoringCase("no space left");
            clients.awaitCalls(CALLS_BETWEEN);
            run("rm", filler.toString());
            cluster().restart(CROWDED);
        });
    }

    private static void run(String... command) throws Exception {
        Engine.run(SECONDS_MAX, List.of(command));
    }

    private static ClusterUnderLoad load() {
        return requireNonNull(shared);
    }

    private static OstrakaCluster cluster() {
        return load().cluster();
    }
}
