package io.ostraka.it.containers;

import static io.ostraka.it.containers.ClusterUnderLoad.CALLS_BETWEEN;
import static io.ostraka.it.containers.ClusterUnderLoad.FIRST;
import static io.ostraka.it.containers.ClusterUnderLoad.SECOND;
import static io.ostraka.it.containers.ClusterUnderLoad.SHARDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.client.OstrakaClient;
import io.ostraka.client.admin.ClusterMap;
import io.ostraka.testcontainers.OstrakaCluster;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What its users and its operators do to a cluster in containers. */
@Timeout(300)
@ExtendWith(SharedCluster.class)
class OperationsInContainers {

    private final ClusterUnderLoad load;
    private final OstrakaCluster cluster;

    OperationsInContainers(ClusterUnderLoad load) {
        this.load = load;
        this.cluster = load.cluster();
    }

    @Test
    void clientOutsidePutsAndGetsThroughTheMappedPorts() {
        assertThat(cluster.controllers()).hasSize(3);
        assertThat(cluster.nodes()).hasSize(6);
        OstrakaClient client = cluster.client();
        for (int i = 0; i < 100; i++) {
            client.put("mapped-" + i, "value-" + i);
        }
        for (int i = 0; i < 100; i++) {
            assertThat(client.get("mapped-" + i).orElseThrow().toUtf8()).isEqualTo("value-" + i);
        }
        assertThat(cluster.admin().query().shards())
                .extracting(ClusterMap.Shard::ownerGid)
                .contains(FIRST, SECOND);
    }

    @Test
    void groupLeavesAndJoinsAndShardsMoveByCommandsInAContainer() throws Exception {
        load.during("commands", clients -> {
            load.succeed("leave", "102", "--yes");
            load.awaitOwner(SECOND, 0);
            clients.awaitCalls(CALLS_BETWEEN);
            load.succeed("join", "--yes", "102=node-4:7100,node-5:7100,node-6:7100");
            load.awaitOwner(SECOND, SHARDS / 2);
            clients.awaitCalls(CALLS_BETWEEN);
            int moved = load.shardOf(FIRST);
            load.succeed("move", String.valueOf(moved), "102", "--yes");
            load.awaitOwner(SECOND, SHARDS / 2 + 1);
            load.succeed("move", String.valueOf(moved), "101", "--yes");
            load.awaitOwner(SECOND, SHARDS / 2);
            load.succeed("unpin", String.valueOf(moved), "--yes");
        });
    }

    @Test
    void everyContainerIsStoppedAndStartedOnItsVolume() throws Exception {
        load.during("all-restarted", clients -> {
            Map<String, String> before = load.lives();
            cluster.restart();
            assertThat(load.lives().entrySet()).doesNotContainAnyElementsOf(before.entrySet());
        });
    }
}
