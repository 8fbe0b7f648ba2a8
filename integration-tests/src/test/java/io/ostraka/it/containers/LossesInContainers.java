package io.ostraka.it.containers;

import static io.ostraka.it.containers.ClusterUnderLoad.CALLS_BETWEEN;
import static io.ostraka.it.containers.ClusterUnderLoad.FIRST;
import static io.ostraka.it.containers.ClusterUnderLoad.NODES_OF_SECOND;
import static io.ostraka.it.containers.ClusterUnderLoad.SECOND;
import static io.ostraka.it.containers.ClusterUnderLoad.SHARDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.client.admin.ChangeMode;
import io.ostraka.it.processes.Patience;
import io.ostraka.testcontainers.OstrakaCluster;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Processes of a cluster in containers are lost, for a while: killed, hung, or cut off from their peers. */
@Timeout(300)
@ExtendWith(SharedCluster.class)
class LossesInContainers {

    private final ClusterUnderLoad load;
    private final OstrakaCluster cluster;

    LossesInContainers(ClusterUnderLoad load) {
        this.load = load;
        this.cluster = load.cluster();
    }

    @Test
    void leaderOfAGroupIsKilled() throws Exception {
        load.during("leader-killed", clients -> {
            String leader = load.leaderOf(FIRST);
            cluster.kill(leader);
            load.awaitAnotherLeader(FIRST, leader);
            clients.awaitCalls(CALLS_BETWEEN);
            cluster.restart(leader);
        });
    }

    @Test
    void leadingControllerIsKilled() throws Exception {
        load.during("controller-killed", clients -> {
            String leader = Patience.find("a leading controller", cluster::leadingController);
            cluster.kill(leader);
            Patience.find(
                    "another leading controller than " + leader,
                    () -> cluster.leadingController().filter(controller -> !controller.equals(leader)));
            int moved = load.shardOf(FIRST);
            cluster.admin().move(moved, SECOND, ChangeMode.APPLY);
            load.awaitOwner(SECOND, SHARDS / 2 + 1);
            cluster.admin().move(moved, FIRST, ChangeMode.APPLY);
            load.awaitOwner(SECOND, SHARDS / 2);
            cluster.admin().unpin(List.of(moved), ChangeMode.APPLY);
            cluster.restart(leader);
        });
    }

    @Test
    void everyNodeOfAGroupIsKilled() throws Exception {
        load.during("group-killed", clients -> {
            NODES_OF_SECOND.forEach(cluster::kill);
            assertThat(NODES_OF_SECOND)
                    .noneMatch(node -> cluster.container(node).isRunning());
            clients.awaitCalls(CALLS_BETWEEN / 4);
            NODES_OF_SECOND.forEach(cluster::restart);
            load.leaderOf(SECOND);
        });
    }

    @Test
    void leaderHangsForLongerThanAnElection() throws Exception {
        load.during("leader-paused", clients -> {
            String leader = load.leaderOf(FIRST);
            cluster.pause(leader);
            load.awaitAnotherLeader(FIRST, leader);
            clients.awaitCalls(CALLS_BETWEEN);
            cluster.resume(leader);
        });
    }

    @Test
    void leaderIsCutOffFromItsPeersWhileClientsStillReachIt() throws Exception {
        load.during("leader-cut-off", clients -> {
            String leader = load.leaderOf(SECOND);
            cluster.disconnect(leader);
            load.awaitAnotherLeader(SECOND, leader);
            clients.awaitCalls(CALLS_BETWEEN);
            cluster.reconnect(leader);
        });
    }

    @Test
    void minorityOfEverythingIsCutOff() throws Exception {
        load.during("minority-cut-off", clients -> {
            List<String> minority = List.of("controller-3", "node-3", "node-6");
            minority.forEach(cluster::disconnect);
            minority.forEach(this::awaitTrouble);
            clients.awaitCalls(CALLS_BETWEEN);
            minority.forEach(cluster::reconnect);
        });
    }

    /** Waits until a process that is cut off says that it has no leader, or hears of no controller. */
    private void awaitTrouble(String name) {
        Patience.await(
                name + " to notice that it is cut off",
                () -> !cluster.admin()
                        .statusOf(cluster.container(name).address())
                        .troubles()
                        .isEmpty());
    }
}
