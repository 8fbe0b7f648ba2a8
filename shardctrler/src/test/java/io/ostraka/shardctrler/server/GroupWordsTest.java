package io.ostraka.shardctrler.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.proto.Feature;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.shardctrler.command.OwnerReport;
import io.ostraka.shardctrler.command.OwnerReport.ShardEpoch;
import io.ostraka.shardctrler.command.TokenState;
import io.ostraka.shardctrler.state.PlannedCluster;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is kept of what groups said. One shard, groups 1 and 2; group 1 has it. */
class GroupWordsTest {

    private static final long NOW_NANOS = 77;

    private final PlannedCluster cluster = PlannedCluster.founded(1, Feature.NEWEST_LEVEL);
    private final GroupWords words = new GroupWords();

    @Test
    void groupsThatTheConfigurationNoLongerHasAreForgotten() {
        GroupRef stays = joined(1);
        cluster.carryOut();
        GroupRef leaves = joined(2);
        says(stays);
        says(leaves);
        words.keepOnlyThoseOf(cluster.config());
        assertThat(isKnown(stays)).isTrue();
        assertThat(isKnown(leaves)).isTrue();

        cluster.leave(2);
        words.keepOnlyThoseOf(cluster.config());

        assertThat(isKnown(stays)).isTrue();
        assertThat(isKnown(leaves)).isFalse();
    }

    @Test
    void groupThatJoinsAgainIsAnotherOne() {
        joined(1);
        cluster.carryOut();
        GroupRef former = joined(2);
        cluster.leave(2);
        GroupRef now = joined(2);
        says(former);
        says(now);

        words.keepOnlyThoseOf(cluster.config());

        assertThat(isKnown(former)).isFalse();
        assertThat(isKnown(now)).isTrue();
    }

    @Test
    void groupThatRestoredControllersDoNotKnowYetIsKept() {
        joined(1);
        cluster.carryOut();
        GroupRef since = new GroupRef(2, cluster.config().num() + 1);
        PlannedCluster restored = PlannedCluster.restored(cluster.state(), 1_800_000_000L);
        says(since);

        words.keepOnlyThoseOf(restored.config());

        assertThat(isKnown(since)).isTrue();
    }

    /** A controller that lags hears a group before it hears that the group has joined. */
    @Test
    void groupOfALaterConfigurationIsKept() {
        joined(1);
        GroupRef later = new GroupRef(2, cluster.config().num() + 1);
        says(later);

        words.keepOnlyThoseOf(cluster.config());

        assertThat(isKnown(later)).isTrue();
    }

    private GroupRef joined(long gid) {
        if (cluster.config().nodes().isEmpty()) {
            cluster.register(1, "n1:1", Feature.NEWEST_LEVEL);
        }
        cluster.join(gid);
        return cluster.ref(gid);
    }

    private void says(GroupRef group) {
        OwnerReport report = new OwnerReport(group, new ShardEpoch(0, 1), 1, TokenState.SERVING, null);
        words.heard(group, List.of(report), NOW_NANOS);
    }

    private boolean isKnown(GroupRef group) {
        boolean known = words.of(group, 0) != null;
        assertThat(words.silenceNanos(group, NOW_NANOS)).isEqualTo(known ? 0 : -1);
        return known;
    }
}
