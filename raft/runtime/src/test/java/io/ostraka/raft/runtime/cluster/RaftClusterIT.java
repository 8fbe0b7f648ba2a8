package io.ostraka.raft.runtime.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.host.ReadResult;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
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
                int at = cluster.leader();
                ReadResult result = cluster.read(at);
                assertThat(result).isInstanceOf(ReadResult.Ready.class);
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
            assertThat(cluster.node(cluster.leader()).machine().lines()).contains("kept", "next");
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
                    .isEqualTo(cluster.node(cluster.leader()).machine().lines());

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
            int from = cluster.leader();
            int to = from % 3 + 1;
            cluster.node(from).group().transferLeadership(new ReplicaId(to));
            cluster.await("the target to lead", () -> cluster.node(to).machine().leads() > 0);
            cluster.append("line after");
        }
    }

    /** DESIGN section 3: a quiet group fails over as fast as a busy one. */
    @Test
    void aQuietGroupFailsOverWhenItsLeadersNodeDies() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, TestCluster.timings(200), UNFLUSHED_BYTES_MAX)) {
            cluster.append("line");
            int first = cluster.leader();
            cluster.await(
                    "quiet", () -> cluster.node(first).group().status().raft().quiet());
            long term = cluster.node(first).group().leadership().term();
            long quietUntil = System.nanoTime() + TimeUnit.SECONDS.toNanos(4);
            cluster.await("several election timeouts", () -> System.nanoTime() - quietUntil > 0);
            assertThat(cluster.node(first).group().leadership().term()).isEqualTo(term);

            long killed = System.nanoTime();
            cluster.stop(first);
            cluster.append("line after");
            assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - killed))
                    .isLessThan(30);
        }
    }
}
