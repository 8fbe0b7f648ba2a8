package io.ostraka.it.processes;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.client.OstrakaAdmin;
import io.ostraka.client.OstrakaClient;
import io.ostraka.client.RejectedException;
import io.ostraka.client.admin.ChangeMode;
import io.ostraka.client.admin.ClusterMap;
import io.ostraka.client.admin.ControllerBackup;
import io.ostraka.client.admin.FoundedCluster;
import io.ostraka.server.cluster.ProcessCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * All controllers are lost with their data, and new ones go on from a backup that is older than a group which has taken
 * half of the shards since.
 */
@Timeout(600)
class RestoredControllersIT {

    private static final long FIRST = 101;
    private static final long LATER = 102;
    private static final int SHARDS = 8;
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(60);
    private static final List<String> KEYS =
            IntStream.range(0, 40).mapToObj(i -> "key-" + i).toList();

    @TempDir
    private Path directory;

    @Test
    void nothingIsLostThatCameAfterTheBackup() throws Exception {
        ProcessCluster.Plan plan = new ProcessCluster.Plan(directory, 3, 192L << 20, Duration.ofSeconds(1), 3);
        try (ProcessCluster cluster = ProcessCluster.start(plan)) {
            cluster.found(SHARDS, List.of(FIRST));
            try (OstrakaClient client = cluster.client(CALL_TIMEOUT);
                    OstrakaAdmin admin = cluster.admin(CALL_TIMEOUT)) {
                ControllerBackup backup =
                        ControllerBackup.fromBytes(admin.backup().toBytes());
                admin.join(List.of(cluster.group(LATER)), ChangeMode.APPLY);
                Patience.await("the shards of the new group", () -> isAtRest(admin, FIRST, LATER));
                KEYS.forEach(key -> client.put(key, "since"));

                cluster.loseControllers();
                KEYS.forEach(key -> assertThat(read(client, key)).contains("since"));
                FoundedCluster restored = admin.restore(backup);
                assertThat(admin.restore(backup)).as("the same again").isEqualTo(restored);

                Patience.await("the end of the restore", () -> isAtRest(admin, FIRST, LATER));
                assertThat(admin.query().num()).isGreaterThan(1_000_000_000L);
                try (OstrakaClient newcomer = cluster.client(CALL_TIMEOUT)) {
                    KEYS.forEach(key -> assertThat(read(newcomer, key)).contains("since"));
                }
                KEYS.forEach(key -> client.put(key, "after"));
                admin.leave(List.of(FIRST), ChangeMode.APPLY);
                Patience.await("the leave of the first group", () -> isAtRest(admin, LATER));
                KEYS.forEach(key -> assertThat(read(client, key)).contains("after"));
            }
        }
    }

    private static Optional<String> read(OstrakaClient client, String key) {
        return client.get(key).map(each -> each.value().toUtf8());
    }

    /** Whether exactly these groups are there, each holds shards, and nothing moves. */
    private static boolean isAtRest(OstrakaAdmin admin, long... gids) {
        ClusterMap map;
        try {
            map = admin.query();
        } catch (RejectedException e) {
            return false;
        }
        List<Long> there = map.groups().stream().map(ClusterMap.Group::gid).toList();
        List<Long> owners = map.shards().stream()
                .map(ClusterMap.Shard::ownerGid)
                .distinct()
                .sorted()
                .toList();
        List<Long> expected = Arrays.stream(gids).boxed().toList();
        return map.restore().stage() == ClusterMap.Stage.NONE
                && there.equals(expected)
                && owners.equals(expected)
                && map.shards().stream().allMatch(shard -> shard.targetGid() == 0);
    }
}
