package io.ostraka.it.containers;

import static io.ostraka.it.containers.ClusterUnderLoad.CALLS_BETWEEN;
import static io.ostraka.it.containers.ClusterUnderLoad.FIRST;
import static io.ostraka.it.containers.ClusterUnderLoad.NODES_OF_SECOND;
import static io.ostraka.it.containers.ClusterUnderLoad.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.testcontainers.OstrakaCluster;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a network may do to the packets between containers. */
@Timeout(300)
@ExtendWith(SharedCluster.class)
class NetworksInContainers {

    private static final double LOST = 0.1;
    private static final int SLOW_KILOBITS_PER_SECOND = 64;
    private static final int SLOW_ROUNDS_MAX = 10;

    private final ClusterUnderLoad load;
    private final OstrakaCluster cluster;

    NetworksInContainers(ClusterUnderLoad load) {
        this.load = load;
        this.cluster = load.cluster();
    }

    @BeforeAll
    static void mayDisturbNetworks() throws InterruptedException {
        Engine.assumeAdministratorWith("nsenter", "ip", "iptables", "tc");
    }

    @Test
    void groupThatIsCutOffFromTheControllersServes() throws Exception {
        load.during("controllers-cut-off", clients -> {
            for (String node : NODES_OF_SECOND) {
                for (String controller : cluster.controllers()) {
                    network(node).sayNothingTo(cluster.container(controller));
                    network(node).hearNothingFrom(cluster.container(controller));
                }
            }
            String key = load.keyOf(SECOND);
            for (int i = 0; i < CALLS_BETWEEN; i++) {
                cluster.client().put(key, "cut-" + i);
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
        load.during("leader-deaf", clients -> {
            String leader = load.leaderOf(SECOND);
            for (String peer : NODES_OF_SECOND) {
                if (!peer.equals(leader)) {
                    network(leader).hearNothingFrom(cluster.container(peer));
                }
            }
            load.awaitAnotherLeader(SECOND, leader);
            clients.awaitCalls(CALLS_BETWEEN);
            network(leader).heal();
        });
    }

    @Test
    void leaderThatHearsButIsNotHeardIsReplaced() throws Exception {
        load.during("leader-mute", clients -> {
            String leader = load.leaderOf(SECOND);
            for (String peer : NODES_OF_SECOND) {
                if (!peer.equals(leader)) {
                    network(leader).sayNothingTo(cluster.container(peer));
                }
            }
            load.awaitAnotherLeader(SECOND, leader);
            clients.awaitCalls(CALLS_BETWEEN);
            network(leader).heal();
        });
    }

    @Test
    void packetsAreLostAtRandom() throws Exception {
        load.during("loss", clients -> {
            for (String node : cluster.nodes()) {
                network(node).lose(LOST);
            }
            clients.awaitCalls(CALLS_BETWEEN * 2);
            for (String node : cluster.nodes()) {
                assertThat(network(node).dropped()).isPositive();
                network(node).heal();
            }
        });
    }

    @Test
    void networkOfALeaderIsSlow() throws Exception {
        load.during("slow", clients -> {
            String leader = load.leaderOf(FIRST);
            network(leader).slow(SLOW_KILOBITS_PER_SECOND);
            for (int round = 0; round < SLOW_ROUNDS_MAX && network(leader).delayed() == 0; round++) {
                clients.awaitCalls(CALLS_BETWEEN);
            }
            assertThat(network(leader).delayed()).as("packets that waited").isPositive();
            clients.awaitCalls(CALLS_BETWEEN);
            network(leader).heal();
        });
    }

    private ContainerNetwork network(String name) {
        return new ContainerNetwork(cluster.container(name));
    }
}
