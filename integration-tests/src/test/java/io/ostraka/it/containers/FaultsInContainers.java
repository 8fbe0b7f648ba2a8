package io.ostraka.it.containers;

import static io.ostraka.it.containers.ClusterUnderLoad.CALLS_BETWEEN;
import static io.ostraka.it.containers.ClusterUnderLoad.FIRST;
import static io.ostraka.it.containers.ClusterUnderLoad.NODES_OF_SECOND;
import static io.ostraka.it.containers.ClusterUnderLoad.SECOND;
import static io.ostraka.it.containers.ClusterUnderLoad.SHARDS;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.examples.ClusterInATest;
import io.ostraka.it.processes.Patience;
import io.ostraka.testcontainers.OstrakaCluster;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The rest of what may happen to machines and the network between them, which takes minutes: profile
 * {@code containers}. Those that disturb a network need root.
 */
@Timeout(300)
class FaultsInContainers {

    private static final double LOST = 0.1;
    private static final int SLOW_KILOBITS_PER_SECOND = 512;

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
    void groupLeavesAndJoinsAndShardsMoveByCommandsInAContainer() throws Exception {
        load().during("commands", clients -> {
            load().succeed("leave", "102", "--yes");
            load().awaitOwner(SECOND, 0);
            clients.awaitCalls(CALLS_BETWEEN);
            load().succeed("join", "--yes", "102=node-4:7100,node-5:7100,node-6:7100");
            load().awaitOwner(SECOND, SHARDS / 2);
            clients.awaitCalls(CALLS_BETWEEN);
            int moved = load().shardOf(FIRST);
            load().succeed("move", String.valueOf(moved), "102", "--yes");
            load().awaitOwner(SECOND, SHARDS / 2 + 1);
            load().succeed("move", String.valueOf(moved), "101", "--yes");
            load().awaitOwner(SECOND, SHARDS / 2);
            load().succeed("unpin", String.valueOf(moved), "--yes");
        });
    }

    @Test
    void everyNodeOfAGroupIsKilled() throws Exception {
        load().during("group-killed", clients -> {
            NODES_OF_SECOND.forEach(cluster()::kill);
            clients.awaitCalls(CALLS_BETWEEN / 4);
            NODES_OF_SECOND.forEach(cluster()::restart);
            load().leaderOf(SECOND);
        });
    }

    @Test
    void leaderHangsForLongerThanAnElection() throws Exception {
        load().during("leader-paused", clients -> {
            String leader = load().leaderOf(FIRST);
            cluster().pause(leader);
            load().awaitAnotherLeader(FIRST, leader);
            clients.awaitCalls(CALLS_BETWEEN);
            cluster().resume(leader);
        });
    }

    @Test
    void minorityOfEverythingIsCutOff() throws Exception {
        load().during("minority-cut-off", clients -> {
            List<String> minority = List.of("controller-3", "node-3", "node-6");
            minority.forEach(cluster()::disconnect);
            for (String name : minority) {
                awaitTrouble(name);
            }
            clients.awaitCalls(CALLS_BETWEEN);
            minority.forEach(cluster()::reconnect);
        });
    }

    @Test
    void groupThatIsCutOffFromTheControllersServes() throws Exception {
        load().during("controllers-cut-off", clients -> {
            for (String node : NODES_OF_SECOND) {
                for (String controller : cluster().controllers()) {
                    network(node).sayNothingTo(cluster().container(controller));
                    network(node).hearNothingFrom(cluster().container(controller));
                }
            }
            String key = load().keyOf(SECOND);
            for (int i = 0; i < CALLS_BETWEEN; i++) {
                cluster().client().put(key, "cut-" + i);
            }
            clients.awaitCalls(CALLS_BETWEEN);
            for (String node : NODES_OF_SECOND) {
                assertThat(network(node).dropped()).isPositive();
                network(node).heal();
            }
        });
    }

    @Test
    void leaderThatIsHeardButDoesNotHearIsReplaced() throws Exception {
        load().during("leader-deaf", clients -> {
            String leader = load().leaderOf(SECOND);
            for (String peer : NODES_OF_SECOND) {
                if (!peer.equals(leader)) {
                    network(leader).hearNothingFrom(cluster().container(peer));
                }
            }
            load().awaitAnotherLeader(SECOND, leader);
            clients.awaitCalls(CALLS_BETWEEN);
            network(leader).heal();
        });
    }

    @Test
    void leaderThatHearsButIsNotHeardIsReplaced() throws Exception {
        load().during("leader-mute", clients -> {
            String leader = load().leaderOf(SECOND);
            for (String peer : NODES_OF_SECOND) {
                if (!peer.equals(leader)) {
                    network(leader).sayNothingTo(cluster().container(peer));
                }
            }
            load().awaitAnotherLeader(SECOND, leader);
            clients.awaitCalls(CALLS_BETWEEN);
            network(leader).heal();
        });
    }

    @Test
    void packetsAreLostAtRandom() throws Exception {
        load().during("loss", clients -> {
            for (String node : cluster().nodes()) {
                network(node).lose(LOST);
            }
            clients.awaitCalls(CALLS_BETWEEN * 2);
            for (String node : cluster().nodes()) {
                assertThat(network(node).dropped()).isPositive();
                network(node).heal();
            }
        });
    }

    @Test
    void networkOfALeaderIsSlow() throws Exception {
        load().during("slow", clients -> {
            String leader = load().leaderOf(FIRST);
            network(leader).slow(SLOW_KILOBITS_PER_SECOND);
            clients.awaitCalls(CALLS_BETWEEN * 2);
            network(leader).heal();
        });
    }

    @Test
    void nodesAreRestartedOneByOne() throws Exception {
        load().during("rolling-restart", clients -> {
            for (String node : cluster().nodes()) {
                cluster().restart(node);
                cluster().awaitServing();
            }
        });
    }

    @Test
    void exampleOfAClusterInATestRuns() {
        ClusterInATest.main(new String[0]);
    }

    /** Waits until a process that is cut off says that it has no leader, or hears of no controller. */
    private static void awaitTrouble(String name) {
        Patience.await(
                name + " to notice that it is cut off",
                () -> !cluster()
                        .admin()
                        .statusOf(cluster().container(name).address())
                        .troubles()
                        .isEmpty());
    }

    private static ContainerNetwork network(String name) {
        return new ContainerNetwork(cluster().container(name));
    }

    private static ClusterUnderLoad load() {
        return requireNonNull(shared);
    }

    private static OstrakaCluster cluster() {
        return load().cluster();
    }
}
