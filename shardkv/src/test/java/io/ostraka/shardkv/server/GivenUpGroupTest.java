package io.ostraka.shardkv.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigDelta;
import io.ostraka.proto.config.Extension;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.GroupRow;
import io.ostraka.proto.config.ShardRecovery;
import io.ostraka.proto.config.ShardRow;
import io.ostraka.raft.core.GroupId;
import io.ostraka.shardkv.command.ExportId;
import io.ostraka.shardkv.shard.ShardState;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What becomes of requests while a group is given up for dead and its shard goes on elsewhere. */
class GivenUpGroupTest {

    private static final GroupId DEAD = new GroupId(1, 1);
    private static final GroupId OTHER = new GroupId(2, 2);
    private static final ShardState SERVING = new ShardState.Serving(1);
    private static final ShardState FROZEN = new ShardState.Frozen(2, new ExportId(1, 1), DEAD, 5);

    @Test
    void groupThatLivesServesWhatItsLogSays() {
        assertThat(ShardAdmission.of(DEAD, 0, SERVING, config(false, ShardRow.unborn(0))))
                .isEqualTo(new ShardAdmission.Serve(1));
    }

    @Test
    void whatTheNodeHasHeardOfADeadGroupHoldsBeforeItsLogKnows() {
        ShardRow row = new ShardRow(0, ref(OTHER), 3, null, false);

        assertThat(ShardAdmission.of(DEAD, 0, SERVING, config(true, row)))
                .isEqualTo(new ShardAdmission.Elsewhere(ref(OTHER), 3));
    }

    @Test
    void groupThatWasForgottenServesNothingEither() {
        ClusterConfig forgotten = after(
                config(true, new ShardRow(0, ref(OTHER), 3, null, false)), List.of(), List.of(), List.of(ref(DEAD)));

        assertThat(ShardAdmission.of(DEAD, 0, SERVING, forgotten))
                .isEqualTo(new ShardAdmission.Elsewhere(ref(OTHER), 3));
    }

    @Test
    void configurationFromBeforeTheGroupJoinedGivesNothingUp() {
        assertThat(ShardAdmission.of(DEAD, 0, SERVING, ClusterConfig.founded(1, 1)))
                .isEqualTo(new ShardAdmission.Serve(1));
    }

    @Test
    void retiredShardIsWhereTheConfigurationSaysAlsoWhileItIsOnlyPlanned() {
        ShardRow pending = new ShardRow(0, ref(DEAD), 1, ref(OTHER), false, ShardRecovery.PENDING);

        assertThat(ShardAdmission.of(DEAD, 0, new ShardState.Retired(1), config(true, pending)))
                .isEqualTo(new ShardAdmission.Elsewhere(ref(OTHER), 1));
    }

    @Test
    void requestsWaitWhereTheShardIsToGoOn() {
        ShardRow named = new ShardRow(0, ref(OTHER), 3, null, false, ShardRecovery.EMPTY);
        ShardRow pending = new ShardRow(0, ref(OTHER), 1, null, false, ShardRecovery.PENDING);

        assertThat(ShardAdmission.of(OTHER, 0, FROZEN, config(true, named))).isEqualTo(new ShardAdmission.Arriving());
        assertThat(ShardAdmission.of(OTHER, 0, FROZEN, config(true, pending))).isEqualTo(new ShardAdmission.Arriving());
        assertThat(ShardAdmission.of(OTHER, 0, ShardState.Absent.NEVER_HELD, config(true, named)))
                .isEqualTo(new ShardAdmission.Arriving());
    }

    private static ClusterConfig config(boolean retired, ShardRow row) {
        GroupRow dead = new GroupRow(ref(DEAD), false, 1, List.of());
        GroupRow other = new GroupRow(ref(OTHER), false, 1, List.of());
        ClusterConfig joined = after(ClusterConfig.founded(1, 1), List.of(), List.of(dead), List.of());
        return after(joined, List.of(row), List.of(other, retired ? dead.asRetired() : dead), List.of());
    }

    private static ClusterConfig after(
            ClusterConfig before, List<ShardRow> shards, List<GroupRow> groups, List<GroupRef> removed) {
        ConfigDelta delta = ConfigDelta.extending(
                before, before.num() + 1, new ConfigDelta.Rows(shards, groups, removed, List.of()));
        return ((Extension.Extended) before.apply(delta)).config();
    }

    private static GroupRef ref(GroupId id) {
        return ShardAdmission.ref(id);
    }
}
