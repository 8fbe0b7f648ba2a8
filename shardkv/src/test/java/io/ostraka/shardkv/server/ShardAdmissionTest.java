package io.ostraka.shardkv.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ClusterTerms;
import io.ostraka.proto.config.ConfigDelta;
import io.ostraka.proto.config.Extension;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.GroupRow;
import io.ostraka.proto.config.LostMaps;
import io.ostraka.proto.config.RestoreStage;
import io.ostraka.proto.config.ShardRow;
import io.ostraka.raft.core.GroupId;
import io.ostraka.shardkv.command.ExportId;
import io.ostraka.shardkv.shard.ImportProgress;
import io.ostraka.shardkv.shard.ShardState;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The group's own log decides; the configuration is asked only for a shard that the group does not have. */
class ShardAdmissionTest {

    private static final int SHARD = 2;
    private static final GroupId SELF = new GroupId(101, 1);
    private static final GroupId OTHER = new GroupId(102, 2);
    private static final GroupId THIRD = new GroupId(103, 3);
    private static final ExportId ID = new ExportId(1, 1);

    @Test
    void whatTheLogServesIsServed_whateverTheConfigurationSays() {
        ClusterConfig othersByConfig = config(row -> row.withOwner(ref(OTHER), 9));

        assertThat(admit(new ShardState.Serving(4), othersByConfig)).isEqualTo(new ShardAdmission.Serve(4));
        assertThat(admit(new ShardState.Exporting(4, ID, OTHER), othersByConfig))
                .isEqualTo(new ShardAdmission.Serve(4));
        assertThat(admit(new ShardState.Serving(4), null)).isEqualTo(new ShardAdmission.Serve(4));
    }

    @Test
    void aFrozenShardIsTheSuccessors_whateverTheConfigurationSays() {
        ClusterConfig oursByConfig = config(row -> row.withOwner(ref(SELF), 4).withTarget(ref(THIRD)));

        assertThat(admit(new ShardState.Frozen(5, ID, OTHER, 0), oursByConfig))
                .isEqualTo(new ShardAdmission.Elsewhere(ref(OTHER), 5));
    }

    /** Sent back to the source, a request would go to and fro until its deadline. */
    @Test
    void aRequestForAShardThatIsBeingImportedWaits_andIsNotSentBackToTheSource() {
        ClusterConfig sourcesByConfig =
                config(row -> row.withOwner(ref(OTHER), 4).withTarget(ref(SELF)));

        assertThat(admit(importing(), sourcesByConfig)).isEqualTo(new ShardAdmission.Arriving());
        assertThat(admit(importing(), null)).isEqualTo(new ShardAdmission.Arriving());
        assertThat(admit(ShardState.Absent.NEVER_HELD, sourcesByConfig)).isEqualTo(new ShardAdmission.Arriving());
    }

    @Test
    void aGroupServesOnWhileRestoredControllersAskWhetherItLives_butNotOnceTheyGoOnWithoutIt() {
        ClusterConfig backup = ClusterConfig.founded(7, 4);
        List<LostMaps> lost = List.of(new LostMaps(0, 1_000));
        ClusterTerms asking = new ClusterTerms(3, RestoreStage.HEARING, lost);
        ClusterTerms decided = asking.withStage(RestoreStage.SETTLING);

        assertThat(ShardAdmission.isGivenUp(
                        SELF, backup.restored(1_000, 1_000_000, asking, backup.shards(), backup.directory())))
                .isFalse();
        assertThat(ShardAdmission.isGivenUp(
                        SELF, backup.restored(1_000, 1_000_000, decided, backup.shards(), backup.directory())))
                .isTrue();
    }

    @Test
    void aShardThatIsYetToBeBornHereIsAwaited() {
        assertThat(admit(ShardState.Absent.NEVER_HELD, config(row -> row.withTarget(ref(SELF)))))
                .isEqualTo(new ShardAdmission.Arriving());
        assertThat(admit(ShardState.Absent.NEVER_HELD, config(row -> row.withOwner(ref(SELF), 1))))
                .isEqualTo(new ShardAdmission.Arriving());
    }

    @Test
    void aShardThatWasGivenAwayIsNotAwaited_thoughTheConfigurationStillNamesThisGroup() {
        ClusterConfig lags = config(row -> row.withOwner(ref(SELF), 4).withTarget(ref(OTHER)));

        assertThat(admit(new ShardState.Absent(5), lags)).isEqualTo(new ShardAdmission.Elsewhere(ref(OTHER), 4));
    }

    @Test
    void aShardOfAnotherGroupIsSentThere() {
        assertThat(admit(new ShardState.Absent(5), config(row -> row.withOwner(ref(OTHER), 7))))
                .isEqualTo(new ShardAdmission.Elsewhere(ref(OTHER), 7));
        assertThat(admit(
                        new ShardState.Absent(5),
                        config(row -> row.withOwner(ref(OTHER), 7).withTarget(ref(THIRD)))))
                .isEqualTo(new ShardAdmission.Elsewhere(ref(OTHER), 7));
        assertThat(admit(ShardState.Absent.NEVER_HELD, config(row -> row.withTarget(ref(THIRD)))))
                .isEqualTo(new ShardAdmission.Elsewhere(ref(THIRD), 0));
    }

    /** A gid that was joined again is another group: what it owns is not this one's. */
    @Test
    void aLaterIncarnationOfTheGidIsAnotherGroup() {
        GroupRef rejoined = new GroupRef(101, 3);

        assertThat(admit(
                        ShardState.Absent.NEVER_HELD,
                        config(row -> row.withOwner(rejoined, 2), new GroupRow(rejoined, false, 1, List.of()))))
                .isEqualTo(new ShardAdmission.Elsewhere(rejoined, 2));
    }

    @Test
    void withoutAConfigurationNobodyKnowsWhereAnAbsentShardIs() {
        assertThat(admit(new ShardState.Absent(5), null)).isEqualTo(new ShardAdmission.Elsewhere(null, 0));
    }

    private static ShardAdmission admit(ShardState state, @Nullable ClusterConfig config) {
        return ShardAdmission.of(SELF, SHARD, state, config);
    }

    private static ShardState importing() {
        return new ShardState.Importing(4, ID, OTHER, 0, ImportProgress.NONE);
    }

    private static GroupRef ref(GroupId id) {
        return ShardAdmission.ref(id);
    }

    private static ClusterConfig config(UnaryOperator<ShardRow> change) {
        return config(
                change,
                new GroupRow(ref(SELF), false, 1, List.of()),
                new GroupRow(ref(OTHER), false, 1, List.of()),
                new GroupRow(ref(THIRD), false, 1, List.of()));
    }

    private static ClusterConfig config(UnaryOperator<ShardRow> change, GroupRow... groups) {
        ClusterConfig founded = ClusterConfig.founded(9, 4);
        ConfigDelta delta = ConfigDelta.extending(
                founded,
                1,
                new ConfigDelta.Rows(
                        List.of(change.apply(ShardRow.unborn(SHARD))), List.of(groups), List.of(), List.of()));
        return ((Extension.Extended) founded.apply(delta)).config();
    }
}
