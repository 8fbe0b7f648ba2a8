package io.ostraka.it.processes;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.client.OstrakaClient;
import io.ostraka.raft.runtime.host.SystemClock;
import io.ostraka.server.cluster.ProcessCluster;
import io.ostraka.server.load.AppendLoad;
import io.ostraka.server.load.LoadMeter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three real processes under appending clients, while processes are killed every few seconds, leaders preferred, and
 * the configuration changes every ten. Run by the profile {@code chaos}: {@code -Dchaos.minutes=5 -Dchaos.seed=1}.
 */
class KillsUnderLoadChaos {

    private static final int CLIENTS = 16;
    private static final int SHARDS = 64;
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(20);
    private static final int RECORDED_CLIENTS = 8;

    /** Short enough that calls end unknown while a group has no leader. */
    private static final Duration RECORDED_TIMEOUT = Duration.ofSeconds(1);

    @TempDir
    private Path directory;

    @Test
    void everyAcknowledgedAppendIsThereOnceAndInOrder() {
        String minutes = System.getProperty("chaos.minutes", "5");
        long seed = Long.getLong("chaos.seed", 1);
        try {
            run(Duration.ofSeconds((long) (60 * Double.parseDouble(minutes))), seed);
        } catch (Exception | AssertionError e) {
            throw new AssertionError(
                    "with -Dchaos.seed=" + seed + " -Dchaos.minutes=" + minutes + ": " + e.getMessage(), e);
        }
    }

    private void run(Duration time, long seed) throws Exception {
        // Given
        LoadMeter meter = new LoadMeter(new SystemClock());
        List<OstrakaClient> clients = new ArrayList<>();
        List<AppendLoad> loads = new ArrayList<>();
        try (ProcessCluster cluster = ProcessCluster.start(ProcessCluster.Plan.ofThree(directory));
                ExecutorService steps = Executors.newVirtualThreadPerTaskExecutor();
                ScheduledExecutorService timer = Executors.newScheduledThreadPool(2);
                RecordedClients recorded =
                        new RecordedClients(cluster, RECORDED_CLIENTS, RECORDED_TIMEOUT, new Random(seed))) {
            cluster.found(SHARDS, List.of(101L, 102L));
            for (int i = 0; i < CLIENTS; i++) {
                OstrakaClient client = cluster.client(CALL_TIMEOUT);
                clients.add(client);
                loads.add(new AppendLoad(client, steps, meter, List.of("client-" + i)));
            }
            // When
            loads.forEach(AppendLoad::start);
            recorded.start(steps);
            Disturbance disturbance = new Disturbance(cluster, new Random(seed));
            disturbance.run(timer, time);
            loads.forEach(AppendLoad::stop);
            recorded.stop();
            disturbance.settle();
            // Then
            List<String> wrong = new ArrayList<>();
            try (OstrakaClient reader = cluster.client(CALL_TIMEOUT)) {
                loads.forEach(load -> wrong.addAll(load.verify(reader)));
            }
            long acknowledged =
                    loads.stream().mapToLong(AppendLoad::acknowledgedLines).sum();
            System.out.println(String.format(
                    Locale.ROOT,
                    "chaos: seed %d, %d s, %d clients; %s; %d appends acknowledged, %d refused, %d outcomes unknown and"
                            + " then asked; longest gap %.0f ms; append p50 %.1f ms, p99 %.1f ms; %d wrong",
                    seed,
                    time.toSeconds(),
                    CLIENTS,
                    disturbance,
                    acknowledged,
                    meter.refusals(),
                    meter.unknowns(),
                    meter.longestPauseMillis(),
                    meter.latencyMillis(50),
                    meter.latencyMillis(99),
                    wrong.size()));
            RecordedClients.Judgement judgement = recorded.judge("chaos-seed-" + seed);
            System.out.println("chaos: " + judgement);
            assertThat(wrong).isEmpty();
            assertThat(acknowledged).isPositive();
            assertThat(judgement.verdict().isLinearizable())
                    .as(judgement.toString())
                    .isTrue();
        } finally {
            clients.forEach(OstrakaClient::close);
        }
    }
}
