package io.ostraka.it.processes;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.client.OstrakaAdmin;
import io.ostraka.client.admin.ChangeMode;
import io.ostraka.client.admin.ClusterMap;
import io.ostraka.server.cluster.ProcessCluster;
import io.ostraka.server.cluster.ServerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What clients of three processes see while a leader is killed and every shard moves, judged by the checker. */
@Timeout(300)
class RecordedHistoryIT {

    private static final int CLIENTS = 6;
    private static final int SHARDS = 4;
    private static final int CALLS_BETWEEN = 300;
    private static final long FIRST = 101;
    private static final long SECOND = 102;
    private static final long SEED = 1;

    /** Short enough that a call can end unknown while its group has no leader. */
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(1);

    private static final Duration ADMIN_TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    @Test
    void historyOfAKillOfALeaderAndOfMovesUnderLoadIsLinearizable() throws Exception {
        RecordedClients.Judgement judgement;
        try (ProcessCluster cluster = ProcessCluster.start(ProcessCluster.Plan.ofThree(directory));
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                RecordedClients clients = new RecordedClients(cluster, CLIENTS, CALL_TIMEOUT, new Random(SEED))) {
            cluster.found(SHARDS, List.of(FIRST, SECOND));
            Disturbance disturbance = new Disturbance(cluster, new Random(SEED));
            clients.start(threads);
            clients.awaitCalls(CALLS_BETWEEN);
            disturbance.killALeader();
            clients.awaitCalls(CALLS_BETWEEN);
            moveEveryShard(cluster);
            disturbance.settle();
            clients.awaitCalls(CALLS_BETWEEN);
            clients.stop();
            judgement = clients.judge("it-seed-" + SEED);
            assertThat(cluster.processes()).allMatch(ServerProcess::isAlive);
        }
        System.out.println("history: " + judgement);
        assertThat(judgement.verdict().isLinearizable())
                .as(judgement.toString())
                .isTrue();
    }

    private static void moveEveryShard(ProcessCluster cluster) {
        try (OstrakaAdmin admin = cluster.admin(ADMIN_TIMEOUT)) {
            ClusterMap map = admin.query();
            for (int shard = 0; shard < SHARDS; shard++) {
                long owner = map.shards().get(shard).ownerGid();
                admin.move(shard, owner == FIRST ? SECOND : FIRST, ChangeMode.APPLY);
            }
        }
    }
}
