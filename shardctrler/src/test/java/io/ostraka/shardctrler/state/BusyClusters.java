package io.ostraka.shardctrler.state;

import io.ostraka.proto.Feature;
import io.ostraka.shardctrler.command.Change;
import io.ostraka.shardctrler.command.TokenState;
import java.util.List;

/** Controllers in the middle of their work, for tests that give them anything. */
public final class BusyClusters {

    private BusyClusters() {}

    /** Nothing, and clusters with moves, pins, a leaving group, a group given up for dead, and a restore under way. */
    public static List<ControllerState> states() {
        PlannedCluster moving = moving();
        return List.of(
                ControllerState.EMPTY,
                moving.state(),
                losing().state(),
                PlannedCluster.restored(moving.state(), 1_700_000_000L).state());
    }

    private static PlannedCluster moving() {
        PlannedCluster cluster = RecoveryScenario.newest(PlannedCluster.founded(8, Feature.NEWEST_LEVEL));
        cluster.join(1);
        cluster.carryOut();
        cluster.join(2, List.of("n2:1", "n3:1", "n4:1"));
        cluster.arrive(1);
        cluster.move(0, 2);
        cluster.join(3);
        cluster.leave(2);
        return cluster;
    }

    private static PlannedCluster losing() {
        PlannedCluster cluster = RecoveryScenario.newest(PlannedCluster.founded(2, Feature.NEWEST_LEVEL));
        cluster.join(1);
        cluster.carryOut();
        cluster.join(2);
        cluster.carryOut();
        cluster.join(3);
        cluster.change(new Change.Recover(1, cluster.ref(1).incarnation(), 0));
        cluster.owner(cluster.ref(2), 0, 1, TokenState.FROZEN, cluster.ref(3));
        return cluster;
    }
}
