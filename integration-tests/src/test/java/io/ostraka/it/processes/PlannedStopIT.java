package io.ostraka.it.processes;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.client.OstrakaAdmin;
import io.ostraka.client.OstrakaClient;
import io.ostraka.client.admin.ClusterStatus;
import io.ostraka.raft.runtime.host.SystemClock;
import io.ostraka.server.cluster.ProcessCluster;
import io.ostraka.server.cluster.ServerProcess;
import io.ostraka.server.load.AppendLoad;
import io.ostraka.server.load.LoadMeter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM: clients wait for a hand-over of leadership, and not for an election. */
@Timeout(180)
class PlannedStopIT {

    /** Long enough that no pause below it can be mistaken for one that an election ended. */
    private static final Duration ELECTION_TIMEOUT = Duration.ofSeconds(8);

    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(60);
    private static final List<String> KEYS = List.of("alpha", "beta", "gamma", "delta", "epsilon", "zeta");

    @TempDir
    private Path directory;

    @Test
    void aClientThatAppendsSeesNoElectionWhenTheProcessThatLeadsMostIsStopped() throws Exception {
        ProcessCluster.Plan plan = new ProcessCluster.Plan(directory, 3, 384L << 20, ELECTION_TIMEOUT);
        LoadMeter meter = new LoadMeter(new SystemClock());
        try (ProcessCluster cluster = ProcessCluster.start(plan)) {
            cluster.found(16, List.of(101L, 102L, 103L));
            try (OstrakaClient client = cluster.client(CALL_TIMEOUT);
                    OstrakaAdmin admin = cluster.admin(CALL_TIMEOUT);
                    ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
                AppendLoad load = new AppendLoad(client, executor, meter, KEYS);
                load.start();
                awaitLines(load, 1_000);

                int exitCode = mostLeading(cluster, admin).stop();
                awaitLines(load, load.acknowledgedLines() + 1_000);
                load.stop();

                assertThat(exitCode).isZero();
                assertThat(load.verify(client)).isEmpty();
            }
        }
        assertThat(meter.longestPauseMillis()).isLessThan((double) ELECTION_TIMEOUT.toMillis());
    }

    private static void awaitLines(AppendLoad load, long lines) {
        while (load.acknowledgedLines() < lines) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private static ServerProcess mostLeading(ProcessCluster cluster, OstrakaAdmin admin) {
        return admin.status(false).nodes().stream()
                .flatMap(answer -> answer.answer().stream())
                .max(Comparator.comparingLong(PlannedStopIT::groupsLed))
                .map(node -> cluster.at(node.address()))
                .orElseThrow();
    }

    private static long groupsLed(ClusterStatus.Node node) {
        return node.replicas().stream()
                .filter(replica -> replica.raft().role().equals("leader"))
                .count();
    }
}
