package io.ostraka.it.containers;

import static io.ostraka.it.containers.ClusterUnderLoad.CALLS_BETWEEN;
import static io.ostraka.it.containers.ClusterUnderLoad.FIRST;
import static io.ostraka.it.containers.UnlikeMachines.AHEAD;
import static io.ostraka.it.containers.UnlikeMachines.CROWDED;
import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.client.Bytes;
import io.ostraka.client.OstrakaClient;
import io.ostraka.it.processes.Patience;
import io.ostraka.testcontainers.OstrakaCluster;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A machine whose clock is wrong, and one whose disk is full. */
@Timeout(300)
@ExtendWith(SharedCluster.class)
class MachinesInContainers {

    private final ClusterUnderLoad load;
    private final OstrakaCluster cluster;
    private final UnlikeMachines machines;

    MachinesInContainers(ClusterUnderLoad load, UnlikeMachines machines) {
        this.load = load;
        this.cluster = load.cluster();
        this.machines = machines;
    }

    @Test
    void clockOfALeaderThatIsADayAheadExpiresNothingAndBlocksNothing() throws Exception {
        Engine.assume(machines.isOneAhead(), "there is no libfaketime");
        OstrakaClient client = cluster.client();
        String key = load.keyOf(FIRST);
        client.put(Bytes.utf8(key), Bytes.utf8("kept"), Duration.ofHours(1));
        load.during("clock-ahead", clients -> {
            for (String leader = load.leaderOf(FIRST); !leader.equals(AHEAD); leader = load.leaderOf(FIRST)) {
                cluster.restart(leader);
                cluster.awaitServing();
            }
            assertThat(cluster.container(AHEAD)
                            .execInContainer("date", "+%s")
                            .getStdout()
                            .strip())
                    .asLong()
                    .isGreaterThan(System.currentTimeMillis() / 1_000
                            + Duration.ofHours(23).toSeconds());
            assertThat(client.get(key).orElseThrow().toUtf8()).isEqualTo("kept");
            client.put(Bytes.utf8(key), Bytes.utf8("short"), Duration.ofSeconds(1));
            Patience.await("the end of a short life", () -> client.get(key).isEmpty());
            clients.awaitCalls(CALLS_BETWEEN);
        });
    }

    @Test
    void nodeWhoseDiskIsFullEndsAndComesBackOnItsDataWhenThereIsRoom() throws Exception {
        Engine.assume(machines.isOneCrowded(), "a small disk could not be mounted");
        load.during("disk-full", clients -> {
            machines.fill();
            Patience.await(
                    CROWDED + " to end", () -> !cluster.container(CROWDED).isRunning());
            assertThat(cluster.logs(CROWDED)).containsIgnoringCase("no space left");
            clients.awaitCalls(CALLS_BETWEEN);
            machines.makeRoom();
            cluster.restart(CROWDED);
        });
    }
}
