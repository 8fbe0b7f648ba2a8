package io.ostraka.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.client.admin.ClusterStatus;
import io.ostraka.client.admin.ProcessStatus;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProcessStatusTest {

    @Test
    void leadersAndFollowersHaveNoTroubles() {
        assertThat(new ProcessStatus("here:1", controller(true, "follower"), node(7, replica("leader", ""))).troubles())
                .isEmpty();
    }

    @Test
    void controllerNeedsAClusterAndALeader() {
        assertThat(new ProcessStatus("here:1", controller(false, ""), Optional.empty()).troubles())
                .containsExactly("the controller belongs to no cluster yet");
        assertThat(new ProcessStatus("here:1", controller(true, "pre-candidate"), Optional.empty()).troubles())
                .containsExactly("the controller is pre-candidate");
    }

    @Test
    void nodeNeedsAConfigurationAndReplicasThatAreAtWork() {
        assertThat(new ProcessStatus("here:1", Optional.empty(), node(0)).troubles())
                .containsExactly("the node has heard of no controller yet");
        assertThat(new ProcessStatus(
                                "here:1",
                                Optional.empty(),
                                node(7, replica("candidate", ""), replica("follower", "quarantined")))
                        .troubles())
                .containsExactly("group 101: the replica is candidate", "group 101: quarantined");
    }

    private static Optional<ClusterStatus.Controller> controller(boolean initialised, String role) {
        return Optional.of(new ClusterStatus.Controller(1, 2, initialised, 3, raft(role), 4, 5));
    }

    private static Optional<ClusterStatus.Node> node(long configRevision, ClusterStatus.Replica... replicas) {
        return Optional.of(new ClusterStatus.Node(
                1, "here:1", "test", new ClusterStatus.Usage(1, 1, 1, 1, 1), configRevision, List.of(replicas)));
    }

    private static ClusterStatus.Replica replica(String role, String trouble) {
        return new ClusterStatus.Replica(101, 1, raft(role), false, trouble, List.of());
    }

    private static ClusterStatus.Raft raft(String role) {
        return new ClusterStatus.Raft(role, 1, 1, 1);
    }
}
