package io.ostraka.shardctrler.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.proto.Feature;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.ShardRow;
import io.ostraka.shardctrler.command.Change;
import io.ostraka.shardctrler.command.ControllerResult;
import io.ostraka.shardctrler.command.ControllerResult.Reason;
import io.ostraka.shardctrler.command.ControllerResult.Refused;
import io.ostraka.shardctrler.command.OwnerReport;
import io.ostraka.shardctrler.command.OwnerReport.ShardEpoch;
import io.ostraka.shardctrler.command.TokenState;
import io.ostraka.shardctrler.state.Recoveries.Outcome;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/** A cluster of one shard and groups 1 to 3, of which some are given up. */
abstract class RecoveryScenario {

    final PlannedCluster cluster = newest(PlannedCluster.founded(1, Feature.NEWEST_LEVEL));

    static PlannedCluster newest(PlannedCluster cluster) {
        for (int node = 1; node <= 4; node++) {
            cluster.register(node, "n" + node + ":1", Feature.NEWEST_LEVEL);
        }
        return cluster;
    }

    GroupRef ownedByOne() {
        cluster.join(1);
        cluster.carryOut();
        assertThat(row().owner()).isEqualTo(cluster.ref(1));
        return cluster.ref(1);
    }

    @Nullable
    Outcome outcome() {
        return cluster.state().recoveries().outcomes().get(0);
    }

    SortedSet<GroupRef> waitsFor() {
        return RecoveryStatus.waitsFor(cluster.state(), cluster.config(), row());
    }

    ShardRow row() {
        return cluster.config().shard(0);
    }

    ControllerResult recover(long gid, long to) {
        return change(new Change.Recover(gid, cluster.ref(gid).incarnation(), to));
    }

    ControllerResult change(Change change) {
        return cluster.change(change);
    }

    /** From a log that has applied the present revision. */
    void say(long gid, TokenState state, long epoch, @Nullable GroupRef peer) {
        cluster.owner(report(gid, cluster.config().revision(), state, epoch, peer));
    }

    OwnerReport report(long gid, long revision, TokenState state, long epoch, @Nullable GroupRef peer) {
        return new OwnerReport(cluster.ref(gid), new ShardEpoch(0, epoch), revision, state, peer);
    }

    static void assertRefused(ControllerResult result, Reason reason, String message) {
        assertThat(result).isInstanceOfSatisfying(Refused.class, refused -> {
            assertThat(refused.reason()).isEqualTo(reason);
            assertThat(refused.message()).contains(message);
        });
    }
}
