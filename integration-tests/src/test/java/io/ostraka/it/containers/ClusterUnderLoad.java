package io.ostraka.it.containers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.command.InspectContainerResponse;
import io.ostraka.client.admin.ClusterMap;
import io.ostraka.it.processes.Patience;
import io.ostraka.it.processes.RecordedClients;
import io.ostraka.proto.ShardHash;
import io.ostraka.testcontainers.OstrakaCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.testcontainers.containers.Container;

/**
 * Three controllers and two groups of three nodes in nine containers, and clients outside that are at work while
 * something happens to them. One cluster serves many such tests: it is whole again after each, each has keys of its
 * own, and its history is kept and judged. Where a test fails, what every process printed is kept beside the history.
 */
final class ClusterUnderLoad implements AutoCloseable {

    static final int SHARDS = 8;
    static final long FIRST = 101;
    static final long SECOND = 102;
    static final List<String> NODES_OF_SECOND = List.of("node-4", "node-5", "node-6");

    /** How many calls must return before and after each step: enough to meet every key. */
    static final int CALLS_BETWEEN = 120;

    private static final Path LOGS = Path.of("target", "histories");
    private static final int CLIENTS = 6;

    /** Of every other client: short enough that a call can end unknown while its group has no leader. */
    private static final Duration SHORT_TIMEOUT = Duration.ofSeconds(1);

    /** Of the others: long enough that a call is repeated to the next leader. */
    private static final Duration LONG_TIMEOUT = Duration.ofSeconds(10);

    private final OstrakaCluster cluster;

    /** Something that happens to the cluster while clients are at work. */
    interface Happening {
        void happen(RecordedClients clients) throws Exception;
    }

    private ClusterUnderLoad(OstrakaCluster cluster) {
        this.cluster = cluster;
    }

    /** Starts the cluster, and says how long that took; skips the test where there is no engine. */
    static ClusterUnderLoad start() throws IOException, InterruptedException {
        return start(cluster -> {});
    }

    /** As {@link #start()}, of containers that are not all alike. */
    static ClusterUnderLoad start(Consumer<OstrakaCluster.Builder> refinement)
            throws IOException, InterruptedException {
        Engine.assumeThere();
        long begin = System.nanoTime();
        OstrakaCluster.Builder plan =
                OstrakaCluster.builder().controllers(3).groups(2).replicas(3).shards(SHARDS);
        refinement.accept(plan);
        OstrakaCluster cluster = plan.start();
        System.out.println("containers: 3 controllers and 6 nodes serve after "
                + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin) + " ms");
        return new ClusterUnderLoad(cluster);
    }

    OstrakaCluster cluster() {
        return cluster;
    }

    /** Has clients at work before, during and after what happens, and judges what they were told: it holds. */
    RecordedClients.Judgement during(String name, Happening happening) throws Exception {
        Random random = new Random(name.hashCode());
        RecordedClients.Judgement judgement;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                RecordedClients clients = RecordedClients.ofKeys(
                        name + "/",
                        CLIENTS,
                        client -> cluster.clientBuilder()
                                .timeout(client % 2 == 0 ? SHORT_TIMEOUT : LONG_TIMEOUT)
                                .build(),
                        random)) {
            clients.start(threads);
            clients.awaitCalls(CALLS_BETWEEN);
            happening.happen(clients);
            cluster.awaitServing();
            clients.awaitCalls(CALLS_BETWEEN);
            clients.stop();
            judgement = clients.judge("containers-" + name);
        } catch (Exception | AssertionError e) {
            keepLogs(name);
            throw e;
        }
        System.out.println("history: " + judgement);
        assertThat(judgement.verdict().isLinearizable())
                .as(judgement.toString())
                .isTrue();
        return judgement;
    }

    /** Runs {@code ostraka} inside a container, and fails if it does. */
    void succeed(String... words) {
        Container.ExecResult result = cluster.ostraka("node-1", words);
        assertThat(result.getExitCode()).as(result.getStderr()).isZero();
    }

    String leaderOf(long gid) {
        return Patience.find("a leader of group " + gid, () -> cluster.leaderOf(gid));
    }

    void awaitAnotherLeader(long gid, String former) {
        Patience.find(
                "another leader of group " + gid + " than " + former,
                () -> cluster.leaderOf(gid).filter(leader -> !leader.equals(former)));
    }

    void awaitOwner(long gid, long shards) {
        Patience.await(
                shards + " shards of group " + gid,
                () -> cluster.admin().query().shards().stream()
                                .filter(shard -> shard.ownerGid() == gid)
                                .count()
                        == shards);
    }

    int shardOf(long gid) {
        return cluster.admin().query().shards().stream()
                .filter(shard -> shard.ownerGid() == gid)
                .mapToInt(ClusterMap.Shard::shard)
                .findFirst()
                .orElseThrow();
    }

    /** A key that no recorded client uses, in a shard of the group. */
    String keyOf(long gid) {
        Set<Integer> shards = cluster.admin().query().shards().stream()
                .filter(shard -> shard.ownerGid() == gid)
                .map(ClusterMap.Shard::shard)
                .collect(Collectors.toSet());
        return IntStream.range(0, Integer.MAX_VALUE)
                .mapToObj(number -> "key-" + number)
                .filter(key -> shards.contains(ShardHash.shardOf(key.getBytes(UTF_8), SHARDS)))
                .findFirst()
                .orElseThrow();
    }

    /** Of each process, in the order of starting: what no later life of it has, even if nothing else changes. */
    Map<String, String> lives() {
        Map<String, String> lives = new LinkedHashMap<>();
        for (String process : processes()) {
            InspectContainerResponse known = cluster.container(process).getCurrentContainerInfo();
            lives.put(process, known.getId() + " since " + known.getState().getStartedAt());
        }
        return lives;
    }

    /** The controllers, then the nodes. */
    List<String> processes() {
        return Stream.concat(cluster.controllers().stream(), cluster.nodes().stream())
                .toList();
    }

    private void keepLogs(String name) throws IOException {
        Files.createDirectories(LOGS);
        for (String process : processes()) {
            Files.writeString(LOGS.resolve("containers-" + name + "-" + process + ".log"), cluster.logs(process));
        }
    }

    @Override
    public void close() {
        cluster.close();
    }
}
