package io.ostraka.raft.runtime.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.core.ReplicaId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 10, unit = TimeUnit.MINUTES)
class RaftClusterIT {

    private static final long UNFLUSHED_BYTES_MAX = 8L << 20;

    @TempDir
    private Path directory;

    @Test
    void linesAreAppliedOnAllNodesInOneOrder() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, TestCluster.timings(0), UNFLUSHED_BYTES_MAX)) {
            for (int i = 1; i <= 50; i++) {
                assertThat(cluster.append("line " + i)).isEqualTo(i);
            }
            cluster.await(
                    "all lines on all nodes",
                    () -> cluster.running().stream()
                            .allMatch(node -> node.machine().size() == 50));
            List<String> expected = cluster.node(1).machine().lines();
            assertThat(cluster.running())
                    .allSatisfy(node -> assertThat(node.machine().lines()).isEqualTo(expected));
        }
    }

    @Test
    void aReadSeesWhatWasAcknowledgedBefore() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, TestCluster.timings(0), UNFLUSHED_BYTES_MAX)) {
            for (int i = 1; i <= 20; i++) {
                cluster.append("line " + i);
                int at = cluster.read();
                assertThat(cluster.node(at).machine().size()).isGreaterThanOrEqualTo(i);
            }
        }
    }

    @Test
    void aLeaderThatDiesIsReplacedAndComesBack() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, TestCluster.timings(0), UNFLUSHED_BYTES_MAX)) {
            cluster.append("before");
            int first = cluster.leader();
            cluster.stop(first);
            cluster.append("meanwhile");
            cluster.start(first);
            cluster.await(
                    "the old leader to catch up",
                    () -> cluster.node(first).machine().lines().containsAll(List.of("before", "meanwhile")));
            cluster.append("after");
        }
    }

    @Test
    void acknowledgedLinesSurviveTheDeathOfAllNodes() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, TestCluster.timings(0), UNFLUSHED_BYTES_MAX)) {
            cluster.append("kept");
            for (int number = 1; number <= 3; number++) {
                cluster.stop(number);
            }
            for (int number = 1; number <= 3; number++) {
                cluster.start(number);
            }
            cluster.append("next");
            assertThat(cluster.node(cluster.read()).machine().lines()).containsExactly("kept", "next");
        }
    }

    /** FAULTS S11 and D7: a follower that is far behind comes back by a snapshot, whatever its size. */
    @Test
    void aFollowerThatTheLogNoLongerReachesGetsASnapshot() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, TestCluster.timings(0), 64 << 10)) {
            cluster.append("first");
            int away = cluster.leader() % 3 + 1;
            cluster.stop(away);
            String padding = "x".repeat(2000);
            for (int i = 0; i < 400; i++) {
                cluster.append(padding + i);
            }
            cluster.await(
                    "the log to be cut",
                    () -> cluster.running().stream()
                            .allMatch(
                                    node -> node.group().status().raft().base().index() > 100));
            cluster.start(away);
            cluster.await("the snapshot", () -> cluster.node(away).machine().installed() > 0);
            cluster.append("last");
            cluster.await("the rest", () -> cluster.node(away).machine().size() >= 402);
            assertThat(cluster.node(away).machine().lines())
                    .isEqualTo(cluster.node(cluster.read()).machine().lines());

            cluster.stop(away);
            cluster.start(away);
            cluster.await(
                    "its own restart after it",
                    () -> cluster.node(away).machine().size() >= 402);
        }
    }

    @Test
    void leadershipGoesWhereItIsSent() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, TestCluster.timings(0), UNFLUSHED_BYTES_MAX)) {
            cluster.append("line");
            int to = cluster.leader() % 3 + 1;
            // A hand-over that takes longer than an election timeout is given up, and may be asked for again.
            cluster.await("the target to lead", () -> {
                cluster.running().forEach(node -> node.group().transferLeadership(new ReplicaId(to)));
                return cluster.leads(to);
            });
            cluster.append("line after");
        }
    }

    @Test
    void aNodeThatIsAboutToStopHandsItsLeadershipOverWithoutAnElectionTimeout() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, TestCluster.timings(0), UNFLUSHED_BYTES_MAX)) {
            cluster.append("line");
            int from = cluster.leader();
            long term = cluster.node(from).group().leadership().term();

            cluster.node(from).handOverLeadership().get(30, TimeUnit.SECONDS);
            cluster.stop(from);
            cluster.append("line after");

            int to = cluster.leader();
            assertThat(to).isNotEqualTo(from);
            assertThat(cluster.node(to).group().leadership().term()).isEqualTo(term + 1);
        }
    }

    @Test
    void aNodeWithoutPeersInTouchDoesNotWaitForASuccessor() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, TestCluster.timings(0), UNFLUSHED_BYTES_MAX)) {
            cluster.append("line");
            int last = cluster.leader();
            cluster.stop(last % 3 + 1);
            cluster.stop((last + 1) % 3 + 1);

            assertThat(cluster.node(last).handOverLeadership()).succeedsWithin(Duration.ofSeconds(30));
        }
    }

    /** DESIGN section 3: a quiet group fails over as fast as a busy one. How long it stays quiet: NodeDutiesTest. */
    @Test
    void aQuietGroupFailsOverWhenItsLeadersNodeDies() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, TestCluster.timings(200), UNFLUSHED_BYTES_MAX)) {
            cluster.append("line");
            cluster.await(
                    "quiet",
                    () -> cluster.node(cluster.leader()).group().status().raft().quiet());

            cluster.stop(cluster.leader());

            assertThat(cluster.append("line after")).isEqualTo(2);
        }
    }

    /** DESIGN section 3, "A sick disk". Hysteresis, and what happens if all are sick: NodeDutiesTest. */
    @Test
    void aLeaderWhoseLogHangsIsReplacedAndComesBack() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, TestCluster.timings(0), UNFLUSHED_BYTES_MAX)) {
            cluster.append("before");
            int sick = cluster.leader();

            cluster.node(sick).log().hold();
            cluster.append("meanwhile");
            cluster.await("another leader", () -> cluster.leader() != sick);
            assertThat(cluster.append("after")).isEqualTo(3);

            cluster.node(sick).log().release();
            cluster.await(
                    "the sick node to catch up",
                    () -> cluster.node(sick).machine().size() == 3);
        }
    }
}
