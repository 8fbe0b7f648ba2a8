package io.ostraka.it.containers;

import static io.ostraka.it.containers.ClusterUnderLoad.CALLS_BETWEEN;
import static io.ostraka.it.containers.ClusterUnderLoad.FIRST;
import static io.ostraka.it.containers.ClusterUnderLoad.SECOND;
import static io.ostraka.it.containers.ClusterUnderLoad.SHARDS;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.client.OstrakaClient;
import io.ostraka.client.admin.ChangeMode;
import io.ostraka.client.admin.ClusterMap;
import io.ostraka.it.processes.Patience;
import io.ostraka.testcontainers.OstrakaCluster;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What clients outside see of a cluster in containers while one of its processes is lost, or all are. */
@Timeout(300)
class ContainersUnderLoadIT {

    private static @Nullable ClusterUnderLoad shared;

    @BeforeAll
    static void start() throws Exception {
        shared = ClusterUnderLoad.start();
    }

    @AfterAll
    static void close() {
        if (shared != null) {
            shared.close();
        }
    }

    @AfterEach
    void clusterIsWholeAgain() {
        cluster().awaitServing();
    }

    @Test
    void clientOutsidePutsAndGetsThroughTheMappedPorts() {
        assertThat(cluster().controllers()).hasSize(3);
        assertThat(cluster().nodes()).hasSize(6);
        OstrakaClient client = cluster().client();
        for (int i = 0; i < 100; i++) {
            client.put("mapped-" + i, "value-" + i);
        }
        for (int i = 0; i < 100; i++) {
            assertThat(client.get("mapped-" + i).orElseThrow().toUtf8()).isEqualTo("value-" + i);
        }
        assertThat(cluster().admin().query().shards())
                .extracting(ClusterMap.Shard::ownerGid)
                .contains(FIRST, SECOND);
    }

    @Test
    void leaderOfAGroupIsKilled() throws Exception {
        load().during("leader-killed", clients -> {
            String leader = load().leaderOf(FIRST);
            cluster().kill(leader);
            load().awaitAnotherLeader(FIRST, leader);
            clients.awaitCalls(CALLS_BETWEEN);
            cluster().restart(leader);
        });
    }

    @Test
    void leadingControllerIsKilled() throws Exception {
        load().during("controller-killed", clients -> {
            String leader = Patience.find("a leading controller", cluster()::leadingController);
            cluster().kill(leader);
            Patience.find("another leading controller", cluster()::leadingController);
            int moved = load().shardOf(FIRST);
            cluster().admin().move(moved, SECOND, ChangeMode.APPLY);
            load().awaitOwner(SECOND, SHARDS / 2 + 1);
            cluster().admin().move(moved, FIRST, ChangeMode.APPLY);
            load().awaitOwner(SECOND, SHARDS / 2);
            cluster().admin().unpin(List.of(moved), ChangeMode.APPLY);
            cluster().restart(leader);
        });
    }

    @Test
    void leaderIsCutOffFromItsPeersWhileClientsStillReachIt() throws Exception {
        load().during("leader-cut-off", clients -> {
            String leader = load().leaderOf(SECOND);
            cluster().disconnect(leader);
            load().awaitAnotherLeader(SECOND, leader);
            clients.awaitCalls(CALLS_BETWEEN);
            cluster().reconnect(leader);
        });
    }

    @Test
    void everyContainerIsStoppedAndStartedOnItsVolume() throws Exception {
        load().during("all-restarted", clients -> cluster().restart());
    }

    private static ClusterUnderLoad load() {
        return requireNonNull(shared);
    }

    private static OstrakaCluster cluster() {
        return load().cluster();
    }
}
