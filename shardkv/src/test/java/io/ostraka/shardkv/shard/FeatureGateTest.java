package io.ostraka.shardkv.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostraka.proto.Feature;
import io.ostraka.proto.config.GroupStanding;
import io.ostraka.raft.core.BrokenInvariantException;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.GroupId;
import io.ostraka.shardkv.command.Command.ConfigUpdate;
import io.ostraka.shardkv.command.GroupPlan;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a group writes while some node of the cluster is older. */
class FeatureGateTest {

    @Test
    void rowsOfTheFirstLevelAreThoseOfTheFirstVersion() {
        assertThat(ConfigRows.config(config(Feature.BASE_LEVEL)).byteAt(0)).isEqualTo((byte) 1);
        assertThat(ConfigRows.config(config(Feature.NEWEST_LEVEL)).byteAt(0)).isEqualTo((byte) 2);
    }

    @Test
    void configurationSurvivesItsRow() {
        for (int level : List.of(Feature.BASE_LEVEL, Feature.NEWEST_LEVEL)) {
            assertThat(ConfigRows.config(ConfigRows.config(config(level)), new TreeMap<>()))
                    .isEqualTo(config(level));
        }
    }

    @Test
    void levelOfTheConfigurationOutlivesACrash() {
        GroupFixture group = new GroupFixture(101, 4);
        group.configure(GroupFixture.groups(group));
        group.store().flush();

        group.crash(0);

        assertThat(group.machine().view().config().featureLevel()).isEqualTo(Feature.NEWEST_LEVEL);
    }

    /** To skip the commands of a level that is not known would end in another state than that of the peers. */
    @Test
    void replicaThatDoesNotKnowTheLevelStops() {
        GroupFixture group = new GroupFixture(101, 4);
        GroupConfig held = group.machine().view().config();
        ConfigUpdate tooNew = new ConfigUpdate(
                held.revision() + 1,
                held.num() + 1,
                true,
                Bytes.EMPTY,
                Bytes.utf8("next"),
                Feature.NEWEST_LEVEL + 1,
                List.of(),
                GroupFixture.groups(group),
                List.of());

        assertThatThrownBy(() -> group.apply(tooNew))
                .isInstanceOf(BrokenInvariantException.class)
                .hasMessageContaining("start the newer version again");
        Bytes row = ConfigRows.config(config(Feature.NEWEST_LEVEL + 1));
        assertThatThrownBy(() -> ConfigRows.config(row, new TreeMap<>()))
                .isInstanceOf(BrokenInvariantException.class)
                .hasMessageContaining("start the newer version again");
    }

    private static GroupConfig config(int level) {
        TreeMap<GroupId, GroupPlan> groups = new TreeMap<>();
        for (GroupStanding standing : GroupStanding.values()) {
            GroupId group = new GroupId(101 + standing.code(), 4);
            boolean known = standing != GroupStanding.RETIRED || Feature.RECOVERY.isKnownAt(level);
            groups.put(group, new GroupPlan(group, known ? standing : GroupStanding.MEMBER));
        }
        return GroupConfig.of(7, 3, Bytes.utf8("hash"), level, groups, new TreeMap<>());
    }
}
