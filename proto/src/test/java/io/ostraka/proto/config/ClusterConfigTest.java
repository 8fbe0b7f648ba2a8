package io.ostraka.proto.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostraka.proto.config.wire.ClusterConfigRecord;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClusterConfigTest {

    private static final GroupRef A = new GroupRef(101, 1);
    private static final GroupRef B = new GroupRef(102, 2);
    private static final GroupRow GROUP_A = new GroupRow(A, false, 1, List.of(new ReplicaRow(7, 70, false, false)));
    private static final GroupRow GROUP_B = new GroupRow(B, false, 2, List.of(new ReplicaRow(8, 80, true, false)));

    @Test
    void foundedConfigurationHasShardsThatNobodyOwns() {
        ClusterConfig config = ClusterConfig.founded(42, 3);

        assertThat(config.num()).isZero();
        assertThat(config.revision()).isEqualTo(1);
        assertThat(config.shards()).containsExactly(ShardRow.unborn(0), ShardRow.unborn(1), ShardRow.unborn(2));
        assertThat(config.desired(0)).isNull();
    }

    @Test
    void desiredIsTargetElseOwnerUnlessItLeaves() {
        ClusterConfig config = after(
                twoGroups(),
                rows(List.of(new ShardRow(0, A, 1, null, false), new ShardRow(1, A, 1, B, false)), List.of()));
        ClusterConfig leaving = after(config, rows(List.of(), List.of(GROUP_A.withLeaving(true))));

        assertThat(config.desired(0)).isEqualTo(A);
        assertThat(config.desired(1)).isEqualTo(B);
        assertThat(leaving.desired(0)).isNull();
        assertThat(leaving.desired(1)).isEqualTo(B);
        assertThat(leaving.members()).containsExactly(GROUP_B);
    }

    @Test
    void groupsAreFoundByGidAndByIdentity() {
        ClusterConfig config = twoGroups();

        assertThat(config.group(102)).contains(GROUP_B);
        assertThat(config.group(B)).contains(GROUP_B);
        assertThat(config.group(new GroupRef(102, 1))).isEmpty();
        assertThat(config.group(100)).isEmpty();
        assertThat(config.group(103)).isEmpty();
        assertThat(config.group(-1)).isEmpty();
        assertThat(config.addressOf(70)).contains("a:1");
        assertThat(config.nodeAt("b:1")).contains(new NodeRow(80, "b:1"));
    }

    @Test
    void changeOfAnotherConfigurationIsRefused() {
        ClusterConfig config = twoGroups();
        ConfigDelta first = ConfigDelta.extending(config, 2, rows(List.of(), List.of(GROUP_A.withLeaving(true))));
        ClusterConfig next = extended(config.apply(first));

        assertThat(next.apply(first)).isInstanceOf(Extension.Refused.class);
        assertThat(ClusterConfig.founded(1, 3).apply(first)).isInstanceOf(Extension.Refused.class);
    }

    @Test
    void changeWhoseContentWasTamperedWithIsRefused() {
        ClusterConfig config = twoGroups();
        ConfigDelta delta = ConfigDelta.extending(config, 2, rows(List.of(), List.of(GROUP_A.withLeaving(true))));
        ConfigDelta forged = new ConfigDelta(
                delta.revision(),
                delta.num(),
                delta.previousHash(),
                delta.hash(),
                delta.terms(),
                rows(List.of(), List.of(GROUP_B.withLeaving(true))));

        assertThat(config.apply(forged)).isInstanceOf(Extension.Refused.class);
    }

    @Test
    void featureLevelTravelsWithTheConfigurationAndIsNeverTakenBack() {
        ClusterConfig config = twoGroups();
        ClusterTerms raised = new ClusterTerms(2);
        ConfigDelta up = ConfigDelta.extending(config, 1, raised, rows(List.of(), List.of()));
        ClusterConfig higher = extended(config.apply(ConfigWire.fromWire(ConfigWire.toWire(up))));
        ConfigDelta down = ConfigDelta.extending(higher, 1, ClusterTerms.FOUNDED, rows(List.of(), List.of()));
        ConfigDelta forged =
                new ConfigDelta(up.revision(), up.num(), up.previousHash(), up.hash(), new ClusterTerms(3), up.rows());

        assertThat(config.terms()).isEqualTo(ClusterTerms.FOUNDED);
        assertThat(ConfigWire.fromWire(ConfigWire.toWire(higher)).terms()).isEqualTo(raised);
        assertThat(higher.apply(down)).isInstanceOf(Extension.Refused.class);
        assertThat(config.apply(forged)).isInstanceOf(Extension.Refused.class);
    }

    @Test
    void changeThatNamesWhatIsNotThereIsRefused() {
        ClusterConfig config = twoGroups();

        assertThat(config.apply(ConfigDelta.extending(
                        config, 2, rows(List.of(new ShardRow(3, null, 0, null, false)), List.of()))))
                .isInstanceOf(Extension.Refused.class);
        assertThat(config.apply(ConfigDelta.extending(
                        config, 2, rows(List.of(new ShardRow(0, null, 0, new GroupRef(9, 9), false)), List.of()))))
                .isInstanceOf(Extension.Refused.class);
    }

    @Test
    void followerOfChangesEndsWithTheSameConfiguration() {
        ClusterConfig config = twoGroups();
        ConfigDelta delta = ConfigDelta.extending(
                config,
                2,
                rows(
                        List.of(new ShardRow(2, A, 5, B, true)),
                        List.of(GROUP_A.withReplica(new ReplicaRow(7, 70, true, false)))));
        ClusterConfig followed = ConfigWire.fromWire(ConfigWire.toWire(config));

        assertThat(extended(followed.apply(ConfigWire.fromWire(ConfigWire.toWire(delta)))))
                .isEqualTo(extended(config.apply(delta)));
    }

    @Test
    void malformedMessageIsRefusedWithATypedException() {
        ClusterConfigRecord wire = ConfigWire.toWire(twoGroups());

        assertThatThrownBy(() -> ConfigWire.fromWire(ClusterConfigRecord.getDefaultInstance()))
                .isInstanceOf(MalformedConfigException.class);
        assertThatThrownBy(() ->
                        ConfigWire.fromWire(wire.toBuilder().removeShards(0).build()))
                .isInstanceOf(MalformedConfigException.class);
        assertThatThrownBy(
                        () -> ConfigWire.fromWire(wire.toBuilder().clearHash().build()))
                .isInstanceOf(MalformedConfigException.class);
        assertThatThrownBy(() -> ConfigWire.fromWire(
                        wire.toBuilder().addGroups(wire.getGroups(0)).build()))
                .isInstanceOf(MalformedConfigException.class);
    }

    private static ClusterConfig twoGroups() {
        ClusterConfig founded = ClusterConfig.founded(42, 3);
        ConfigDelta.Rows rows = new ConfigDelta.Rows(
                List.of(),
                List.of(GROUP_B, GROUP_A),
                List.of(),
                List.of(new NodeRow(80, "b:1"), new NodeRow(70, "a:1")));
        return extended(founded.apply(ConfigDelta.extending(founded, 1, rows)));
    }

    private static ConfigDelta.Rows rows(List<ShardRow> shards, List<GroupRow> groups) {
        return new ConfigDelta.Rows(shards, groups, List.of(), List.of());
    }

    private static ClusterConfig after(ClusterConfig config, ConfigDelta.Rows rows) {
        return extended(config.apply(ConfigDelta.extending(config, config.num() + 1, rows)));
    }

    private static ClusterConfig extended(Extension extension) {
        assertThat(extension).isInstanceOf(Extension.Extended.class);
        return ((Extension.Extended) extension).config();
    }
}
