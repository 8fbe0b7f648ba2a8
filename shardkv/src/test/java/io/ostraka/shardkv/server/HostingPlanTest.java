package io.ostraka.shardkv.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ClusterTerms;
import io.ostraka.proto.config.ConfigDelta;
import io.ostraka.proto.config.Extension;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.GroupRow;
import io.ostraka.proto.config.LostMaps;
import io.ostraka.proto.config.ReplicaRow;
import io.ostraka.proto.config.RestoreStage;
import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.NodeId;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.runtime.storage.ReplicaDescriptor;
import io.ostraka.shardkv.server.HostingPlan.Step;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class HostingPlanTest {

    private static final NodeId SELF = new NodeId(1);
    private static final GroupRef GROUP = new GroupRef(101, 1);
    private static final ReplicaId REPLICA = new ReplicaId(11);
    private static final Membership FOUNDING = Membership.of(REPLICA, new ReplicaId(12), new ReplicaId(13));

    @Test
    void aReplicaThatNobodyHasCreatedIsCreated() {
        assertThat(plan(config(false), Map.of())).containsExactly(new Step.Create(descriptor(false)));
    }

    @Test
    void aCreatedReplicaIsReportedUntilThatIsRecordedAndDoesNotRunBefore() {
        assertThat(plan(config(false), here(descriptor(false)))).containsExactly(new Step.Report(descriptor(false)));
    }

    @Test
    void aRecordedReplicaRuns() {
        assertThat(plan(config(true), here(descriptor(false)))).containsExactly(new Step.Run(descriptor(false)));
    }

    @Test
    void aNodeThatLostItsDiskDoesNotRejoinSilently() {
        assertThat(plan(config(true), Map.of())).containsExactly(new Step.Missing(new GroupId(101, 1), REPLICA));
    }

    @Test
    void aReplicaOfAGroupThatIsGoneIsRemoved() {
        ClusterConfig gone = changed(config(true), List.of(), List.of(GROUP));

        assertThat(plan(gone, here(descriptor(true)))).containsExactly(new Step.Remove(descriptor(true)));
    }

    @Test
    void aReplicaIsKeptWhereTheConfigurationIsOlderThanItsGroup() {
        ClusterConfig older = ClusterConfig.founded(7, 4);

        assertThat(plan(older, here(descriptor(true)))).isEmpty();
    }

    @Test
    void aReplicaOfAnEarlierIncarnationIsRemovedAndTheLaterOneCreated() {
        ClusterConfig gone = changed(config(true), List.of(), List.of(GROUP));
        GroupRef again = new GroupRef(101, 3);
        ClusterConfig rejoined = changed(gone, List.of(row(again, false, 21)), List.of());

        assertThat(plan(rejoined, here(descriptor(true))))
                .containsExactly(
                        new Step.Create(new ReplicaDescriptor(
                                new GroupId(101, 3),
                                new ReplicaId(21),
                                Membership.of(new ReplicaId(21), new ReplicaId(22), new ReplicaId(23)),
                                false)),
                        new Step.Remove(descriptor(true)));
    }

    @Test
    void aReplicaWhoseGroupRestoredControllersMayHaveLostIsKeptAndToldThem() {
        ClusterConfig backup = ClusterConfig.founded(7, 4);
        ClusterTerms terms = new ClusterTerms(3, RestoreStage.HEARING, List.of(new LostMaps(0, 1_000)));
        ClusterConfig restored = backup.restored(1_000, 1_000_000, terms, backup.shards(), backup.directory());

        assertThat(plan(restored, here(descriptor(true)))).containsExactly(new Step.Tell(descriptor(true)));
        ClusterConfig takenUp = changed(restored, List.of(row(GROUP, true, 11)), List.of());
        assertThat(plan(takenUp, here(descriptor(true)))).containsExactly(new Step.Run(descriptor(true)));
    }

    @Test
    void aReplicaOfAGroupThatOthersHaveToldOfRunsAndIsTold() {
        ClusterTerms terms = new ClusterTerms(3, RestoreStage.HEARING, List.of(new LostMaps(0, 1_000)));
        ClusterConfig backup = ClusterConfig.founded(7, 4);
        GroupRow partly = new GroupRow(
                GROUP,
                false,
                1,
                List.of(
                        new ReplicaRow(11, 0, true, true),
                        new ReplicaRow(12, 2, true, false),
                        new ReplicaRow(13, 0, true, true)));
        ClusterConfig takenUp = changed(
                backup.restored(1_000, 1_000_000, terms, backup.shards(), backup.directory()),
                List.of(partly),
                List.of());

        assertThat(plan(takenUp, here(descriptor(true))))
                .containsExactly(new Step.Run(descriptor(true)), new Step.Tell(descriptor(true)));
    }

    @Test
    void aReplicaOfAGroupThatWasTakenUpAndHasLeftSinceIsRemoved() {
        ClusterTerms terms = new ClusterTerms(3, RestoreStage.NONE, List.of(new LostMaps(0, 1_000)));
        ClusterConfig backup = ClusterConfig.founded(7, 4);
        ClusterConfig restored = backup.restored(1_000, 1_000_000, terms, backup.shards(), backup.directory());

        assertThat(HostingPlan.of(restored, SELF, new TreeMap<>(here(descriptor(true))), Set.of(GROUP)))
                .containsExactly(new Step.Remove(descriptor(true)));
    }

    @Test
    void aReplicaWhoseGroupLeftBeforeTheBackupIsRemoved() {
        ClusterConfig backup = ClusterConfig.founded(7, 4);
        ClusterTerms terms = new ClusterTerms(3, RestoreStage.HEARING, List.of(new LostMaps(1, 1_000)));
        ClusterConfig restored = backup.restored(1_000, 1_000_000, terms, backup.shards(), backup.directory());

        assertThat(plan(restored, here(descriptor(true)))).containsExactly(new Step.Remove(descriptor(true)));
    }

    @Test
    void theControllersOwnReplicaIsLeftAlone() {
        ReplicaDescriptor controller =
                new ReplicaDescriptor(GroupId.CONTROLLER, new ReplicaId(5), Membership.of(new ReplicaId(5)), true);

        assertThat(plan(ClusterConfig.founded(7, 4), here(controller))).isEmpty();
    }

    private static List<Step> plan(ClusterConfig config, Map<ReplicaId, ReplicaDescriptor> here) {
        return HostingPlan.of(config, SELF, new TreeMap<>(here), Set.of());
    }

    private static ClusterConfig config(boolean created) {
        return changed(ClusterConfig.founded(7, 4), List.of(row(GROUP, created, 11)), List.of());
    }

    private static GroupRow row(GroupRef ref, boolean created, long firstReplica) {
        return new GroupRow(
                ref,
                false,
                1,
                List.of(
                        new ReplicaRow(firstReplica, SELF.value(), created, false),
                        new ReplicaRow(firstReplica + 1, 2, true, false),
                        new ReplicaRow(firstReplica + 2, 3, true, false)));
    }

    private static ClusterConfig changed(ClusterConfig before, List<GroupRow> groups, List<GroupRef> removed) {
        ConfigDelta delta = ConfigDelta.extending(
                before, before.num() + 1, new ConfigDelta.Rows(List.of(), groups, removed, List.of()));
        return switch (before.apply(delta)) {
            case Extension.Extended(ClusterConfig after) -> after;
            case Extension.Refused(String why) -> throw new AssertionError(why);
        };
    }

    private static Map<ReplicaId, ReplicaDescriptor> here(ReplicaDescriptor replica) {
        return Map.of(replica.replica(), replica);
    }

    private static ReplicaDescriptor descriptor(boolean recorded) {
        return new ReplicaDescriptor(new GroupId(101, 1), REPLICA, FOUNDING, recorded);
    }
}
