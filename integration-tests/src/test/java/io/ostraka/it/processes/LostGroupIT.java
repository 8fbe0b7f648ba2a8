package io.ostraka.it.processes;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.client.Bytes;
import io.ostraka.client.OstrakaAdmin;
import io.ostraka.client.OstrakaClient;
import io.ostraka.client.RejectedException;
import io.ostraka.client.admin.ChangeMode;
import io.ostraka.client.admin.ClusterMap;
import io.ostraka.client.admin.GroupSpec;
import io.ostraka.client.admin.RecoveryPlan;
import io.ostraka.proto.ShardHash;
import io.ostraka.server.cluster.ProcessCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A group whose only node is gone for good is given up: its shards go on empty, all others as if nothing had been. */
@Timeout(600)
class LostGroupIT {

    private static final long STAYS = 101;
    private static final long DIES = 102;
    private static final int SHARDS = 8;
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(60);
    private static final List<String> KEYS =
            IntStream.range(0, 40).mapToObj(i -> "key-" + i).toList();

    @TempDir
    private Path directory;

    @Test
    void itsShardsGoOnEmptyAndNothingElseIsTouched() throws Exception {
        ProcessCluster.Plan plan = new ProcessCluster.Plan(directory, 4, 256L << 20, Duration.ofSeconds(1));
        try (ProcessCluster cluster = ProcessCluster.start(plan)) {
            cluster.found(SHARDS, List.of(STAYS));
            String lost = cluster.addresses().getLast();
            try (OstrakaClient client = cluster.client(CALL_TIMEOUT);
                    OstrakaAdmin admin = cluster.admin(CALL_TIMEOUT)) {
                admin.join(List.of(new GroupSpec(DIES, List.of(lost), 1)), ChangeMode.APPLY);
                Set<Integer> gone = Patience.find("the move of shards to the new group", () -> atRest(admin));
                KEYS.forEach(key -> client.put(key, "before"));

                cluster.at(lost).kill();
                RecoveryPlan recovery = Patience.find("the plan to give the group up", () -> plan(admin));
                assertThat(recovery.shards())
                        .extracting(RecoveryPlan.Shard::shard)
                        .containsExactlyInAnyOrderElementsOf(gone);
                admin.recoverUnsafe(recovery);

                Patience.await("the shards to go on", () -> hasGoneOn(admin, gone));
                for (String key : KEYS) {
                    boolean wasLost = gone.contains(shardOf(key));
                    assertThat(client.get(key).map(each -> each.value().toUtf8()))
                            .as(key)
                            .isEqualTo(wasLost ? Optional.empty() : Optional.of("before"));
                    client.put(key, "after");
                    assertThat(client.get(key).map(each -> each.value().toUtf8()))
                            .contains("after");
                }

                assertThat(admin.forget(DIES, ChangeMode.APPLY).changed()).isTrue();
                assertThat(admin.query().groups())
                        .extracting(ClusterMap.Group::gid)
                        .containsExactly(STAYS);
                cluster.at(lost).start().await();
                Patience.await(
                        "the node to delete what it had",
                        () -> replicasOn(admin, lost).equals(Set.of(STAYS)));
                admin.join(List.of(new GroupSpec(DIES, List.of(lost), 1)), ChangeMode.APPLY);
                Patience.find("the move of shards to the group of the same number", () -> atRest(admin));
                KEYS.forEach(key -> assertThat(
                                client.get(key).map(each -> each.value().toUtf8()))
                        .contains("after"));
            }
        }
    }

    /** The shards of the group that dies, once nothing moves any more. */
    private static Optional<Set<Integer>> atRest(OstrakaAdmin admin) {
        List<ClusterMap.Shard> shards = admin.query().shards();
        Set<Integer> held = shards.stream()
                .filter(shard -> shard.ownerGid() == DIES)
                .map(ClusterMap.Shard::shard)
                .collect(Collectors.toSet());
        boolean moves = shards.stream().anyMatch(shard -> shard.targetGid() != 0);
        return moves || held.isEmpty() ? Optional.empty() : Optional.of(held);
    }

    /**
     * Refused as long as the group may only have changed its leader; and while the controller that answers has not led
     * for long, for the process that died was one, too, and may have led.
     */
    private static Optional<RecoveryPlan> plan(OstrakaAdmin admin) {
        try {
            return Optional.of(admin.planRecovery(DIES, 0));
        } catch (RejectedException e) {
            assertThat(e.getMessage()).containsAnyOf("group " + DIES, "too short to tell which groups are silent");
            return Optional.empty();
        }
    }

    private static boolean hasGoneOn(OstrakaAdmin admin, Set<Integer> gone) {
        return admin.query().shards().stream()
                .filter(shard -> gone.contains(shard.shard()))
                .allMatch(shard -> shard.ownerGid() == STAYS
                        && shard.recovery().progress() == ClusterMap.Progress.NONE
                        && shard.recovery().last() != null
                        && shard.recovery().last().source() == RecoveryPlan.Source.EMPTY);
    }

    private static Set<Long> replicasOn(OstrakaAdmin admin, String address) {
        return admin.status(false).nodes().stream()
                .filter(answer -> answer.address().equals(address))
                .flatMap(answer -> answer.answer().stream())
                .flatMap(node -> node.replicas().stream())
                .map(replica -> replica.gid())
                .collect(Collectors.toSet());
    }

    private static int shardOf(String key) {
        return ShardHash.shardOf(Bytes.utf8(key).toByteArray(), SHARDS);
    }
}
