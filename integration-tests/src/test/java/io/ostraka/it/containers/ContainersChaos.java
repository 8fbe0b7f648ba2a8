package io.ostraka.it.containers;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.client.OstrakaClient;
import io.ostraka.client.admin.ClusterStatus;
import io.ostraka.it.processes.Patience;
import io.ostraka.it.processes.RecordedClients;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Nine containers under load, and one fault after the other, as the seed says. The history, the verdict and every fault
 * with its time are kept as files. Run by the profile {@code chaos}: {@code -Dchaos.minutes=30 -Dchaos.seed=1}; takes
 * root.
 */
class ContainersChaos {

    private static final Path LOGS = Path.of("target", "histories");

    @Test
    void historyIsLinearizableAndAllNodesConvergeOnceTheFaultsAreOver() {
        String minutes = System.getProperty("chaos.minutes", "5");
        long seed = Long.getLong("chaos.seed", 1);
        try {
            run(Duration.ofSeconds((long) (60 * Double.parseDouble(minutes))), seed);
        } catch (Exception | AssertionError e) {
            throw new AssertionError(
                    "with -Dchaos.seed=" + seed + " -Dchaos.minutes=" + minutes + ": " + e.getMessage(), e);
        }
    }

    private static void run(Duration time, long seed) throws Exception {
        String name = "chaos-seed-" + seed;
        try (ClusterUnderLoad load = ClusterUnderLoad.start()) {
            ContainerFaults faults = new ContainerFaults(load, new Random(seed));
            try {
                RecordedClients.Judgement judgement = load.during(name, clients -> faults.happenFor(time));
                awaitConvergence(load);
                Files.writeString(LOGS.resolve("containers-" + name + ".verdict"), judgement + "\n");
                System.out.println("chaos in containers: seed " + seed + ", " + time.toSeconds() + " s, " + faults);
            } finally {
                Files.write(LOGS.resolve("containers-" + name + ".faults"), faults.told());
            }
        }
    }

    /** Every replica of a group has applied the same, and what is written now is read back. */
    private static void awaitConvergence(ClusterUnderLoad load) {
        Patience.await("replicas that are equally far", () -> {
            Map<Long, List<Long>> applied = load.cluster().admin().status(false).nodes().stream()
                    .flatMap(answer -> answer.answer().stream())
                    .flatMap(node -> node.replicas().stream())
                    .collect(Collectors.groupingBy(
                            ClusterStatus.Replica::gid,
                            Collectors.mapping(replica -> replica.raft().appliedIndex(), Collectors.toList())));
            return applied.size() == 2
                    && applied.values().stream()
                            .allMatch(each ->
                                    each.size() == 3 && each.stream().distinct().count() == 1);
        });
        OstrakaClient client = load.cluster().client();
        for (int i = 0; i < 4 * ClusterUnderLoad.SHARDS; i++) {
            client.put("after-" + i, "value-" + i);
            assertThat(client.get("after-" + i).orElseThrow().toUtf8()).isEqualTo("value-" + i);
        }
    }
}
