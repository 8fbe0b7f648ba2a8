package io.ostraka.it.processes;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.client.OstrakaAdmin;
import io.ostraka.client.OstrakaClient;
import io.ostraka.client.admin.ClusterStatus;
import io.ostraka.server.cluster.ProcessCluster;
import io.ostraka.server.cluster.ServerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How long a group without its leader takes no writes: SIGKILL of the leader until the next write succeeds. */
class FailoverChaos {

    private static final int ROUNDS = 20;
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    @Test
    void writesGoOnAfterEachKillOfTheLeader() throws Exception {
        List<Double> millis = new ArrayList<>();
        try (ProcessCluster cluster = ProcessCluster.start(ProcessCluster.Plan.ofThree(directory))) {
            cluster.found(1, List.of(101L));
            try (OstrakaClient client = cluster.client(CALL_TIMEOUT);
                    OstrakaAdmin admin = cluster.admin(CALL_TIMEOUT)) {
                for (int round = 0; round < ROUNDS; round++) {
                    client.put("key", "before " + round);
                    ServerProcess leader = leader(cluster, admin);
                    leader.kill();
                    long begin = System.nanoTime();
                    client.put("key", "after " + round);
                    millis.add((System.nanoTime() - begin) / 1e6);
                    leader.start().await();
                    awaitThreeReplicas(admin);
                }
            }
        }
        millis.sort(Double::compare);
        System.out.println(String.format(
                Locale.ROOT,
                "failover: %d kills of the leader; until the next write: median %.0f ms, worst %.0f ms, best %.0f ms",
                ROUNDS,
                millis.get(ROUNDS / 2),
                millis.getLast(),
                millis.getFirst()));
        assertThat(millis).hasSize(ROUNDS);
    }

    private static ServerProcess leader(ProcessCluster cluster, OstrakaAdmin admin) {
        while (true) {
            for (ClusterStatus.Answer<ClusterStatus.Node> answer :
                    admin.status(false).nodes()) {
                if (answer.answer().stream()
                        .flatMap(node -> node.replicas().stream())
                        .anyMatch(replica -> replica.raft().role().equals("leader"))) {
                    return cluster.at(answer.address());
                }
            }
        }
    }

    /** The next kill is only fair once the group could lose another replica. */
    private static void awaitThreeReplicas(OstrakaAdmin admin) {
        while (true) {
            List<Long> applied = admin.status(false).nodes().stream()
                    .flatMap(answer -> answer.answer().stream())
                    .flatMap(node -> node.replicas().stream())
                    .map(replica -> replica.raft().appliedIndex())
                    .toList();
            if (applied.size() == 3 && applied.stream().distinct().count() == 1) {
                return;
            }
        }
    }
}
