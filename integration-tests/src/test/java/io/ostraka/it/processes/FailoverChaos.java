package io.ostraka.it.processes;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.client.OstrakaAdmin;
import io.ostraka.client.OstrakaClient;
import io.ostraka.client.VersionedValue;
import io.ostraka.client.admin.ClusterStatus;
import io.ostraka.server.cluster.ProcessCluster;
import io.ostraka.server.cluster.ServerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long a group without its leader takes no writes: SIGKILL of the leader until the next write succeeds. Whatever
 * was acknowledged before a kill is there after it. The run draws no chances of its own, so a failure names its round.
 */
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
                for (int round = 1; round <= ROUNDS; round++) {
                    try {
                        millis.add(killTheLeader(cluster, client, admin, "round " + round));
                    } catch (Exception | AssertionError e) {
                        throw new AssertionError("in round " + round + " of " + ROUNDS + ": " + e.getMessage(), e);
                    }
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
    }

    /** Returns how many milliseconds passed from the kill until the next write had succeeded. */
    private static double killTheLeader(ProcessCluster cluster, OstrakaClient client, OstrakaAdmin admin, String round)
            throws Exception {
        client.put("before", round);
        ServerProcess leader = cluster.at(Patience.find("a leader", () -> leader(admin)));
        leader.kill();
        long begin = System.nanoTime();
        client.put("after", round);
        double millis = (System.nanoTime() - begin) / 1e6;
        for (String key : List.of("before", "after")) {
            assertThat(client.get(key))
                    .as("what was acknowledged under '%s', after the kill of %s", key, leader.name())
                    .map(VersionedValue::toUtf8)
                    .hasValue(round);
        }
        leader.start().await();
        // The next kill is only fair once the group could lose another replica.
        Patience.find("three replicas that are equally far", () -> equallyFar(admin));
        return millis;
    }

    private static Optional<String> leader(OstrakaAdmin admin) {
        return admin.status(false).nodes().stream()
                .filter(answer -> answer.answer().stream()
                        .flatMap(node -> node.replicas().stream())
                        .anyMatch(replica -> replica.raft().role().equals("leader")))
                .map(ClusterStatus.Answer::address)
                .findFirst();
    }

    private static Optional<Long> equallyFar(OstrakaAdmin admin) {
        List<Long> applied = admin.status(false).nodes().stream()
                .flatMap(answer -> answer.answer().stream())
                .flatMap(node -> node.replicas().stream())
                .map(replica -> replica.raft().appliedIndex())
                .toList();
        return applied.size() == 3 && applied.stream().distinct().count() == 1
                ? Optional.of(applied.getFirst())
                : Optional.empty();
    }
}
