package io.ostraka.shardctrler.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.proto.Feature;
import io.ostraka.shardctrler.command.ControllerCommand.RaiseLevel;
import io.ostraka.shardctrler.command.ControllerCommand.RegisterNode;
import io.ostraka.shardctrler.command.ControllerResult;
import io.ostraka.shardctrler.command.ControllerResult.Done;
import io.ostraka.shardctrler.command.ControllerResult.Reason;
import io.ostraka.shardctrler.command.ControllerResult.Refused;
import io.ostraka.shardctrler.command.ControllerResult.Unchanged;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** DESIGN section 8: a new kind of entry is written only once all nodes and controllers know the level that has it. */
class FeatureLevelsTest {

    /** The node of the one controller of a {@link PlannedCluster}. */
    private static final long CONTROLLER = 5;

    private final PlannedCluster cluster = PlannedCluster.founded(1);

    @Test
    void levelDoesNotRiseByItselfWhateverNodesReport() {
        cluster.register(1, "n1:1", 2);
        cluster.register(2, "n2:1", 3);
        cluster.join(1);

        assertThat(level()).isEqualTo(1);
    }

    @Test
    void levelRisesByACommandOfItsOwnOnceEveryNodeKnowsIt() {
        cluster.register(1, "n1:1", 1);
        cluster.register(2, "n2:1", 3);
        assertRejected(raise(2));

        cluster.apply(new RegisterNode(1, "n1:1", 2, 2));

        assertRejected(raise(3));
        assertThat(raise(2)).isInstanceOf(Done.class);
        assertThat(level()).isEqualTo(2);
    }

    @Test
    void levelNeverFalls() {
        cluster.register(1, "n1:1", 2);
        raise(2);

        assertThat(raise(2)).isInstanceOf(Unchanged.class);
        assertThat(raise(1)).isInstanceOf(Unchanged.class);
        assertThat(level()).isEqualTo(2);
    }

    @Test
    void clusterBeginsAtTheLevelThatItWasFoundedWith() {
        assertThat(PlannedCluster.founded(1, 2).config().terms().featureLevel()).isEqualTo(2);
    }

    @Test
    void nothingIsProposedBeforeEveryControllerHasSaidThatItKnowsMore() {
        cluster.register(1, "n1:1", Feature.NEWEST_LEVEL);

        assertThat(FeatureLevels.next(cluster.state(), Map.of())).isEmpty();
        assertThat(FeatureLevels.next(cluster.state(), Map.of(CONTROLLER, 1))).isEmpty();
        assertThat(FeatureLevels.next(cluster.state(), Map.of(CONTROLLER + 1, Feature.NEWEST_LEVEL)))
                .isEmpty();
        assertThat(FeatureLevels.next(cluster.state(), Map.of(CONTROLLER, Feature.NEWEST_LEVEL)))
                .contains(new RaiseLevel(Feature.NEWEST_LEVEL));
        cluster.register(2, "n2:1", 1);
        assertThat(FeatureLevels.next(cluster.state(), Map.of(CONTROLLER, Feature.NEWEST_LEVEL)))
                .isEmpty();
    }

    @Test
    void nothingIsProposedThatThisVersionDoesNotKnowItself() {
        cluster.register(1, "n1:1", Feature.NEWEST_LEVEL + 1);

        assertThat(FeatureLevels.next(cluster.state(), Map.of(CONTROLLER, Feature.NEWEST_LEVEL + 1)))
                .contains(new RaiseLevel(Feature.NEWEST_LEVEL));
    }

    @Test
    void stateOfALaterVersionIsNoneForThisOne() {
        assertThat(FeatureLevels.problemOf(
                        PlannedCluster.founded(1, Feature.NEWEST_LEVEL).state()))
                .isNull();
        assertThat(FeatureLevels.problemOf(
                        PlannedCluster.founded(1, Feature.NEWEST_LEVEL + 1).state()))
                .contains("feature level " + (Feature.NEWEST_LEVEL + 1), "newer version");
    }

    @Test
    void nodeThatReportsNoLevelKnowsTheFirst() {
        cluster.register(1, "n1:1", 0);
        cluster.register(2, "n2:1", 2);

        assertRejected(raise(2));
    }

    @Test
    void nodeThatKnowsLessThanTheClusterIsRefusedAndTheLevelStays() {
        cluster.register(1, "n1:1", 2);
        raise(2);

        assertThat(cluster.register(2, "n2:1", 1)).isInstanceOfSatisfying(Refused.class, refused -> {
            assertThat(refused.reason()).isEqualTo(Reason.REJECTED);
            assertThat(refused.message()).contains("feature level 2", "newer version");
        });
        assertThat(cluster.apply(new RegisterNode(1, "n1:1", 2, 1))).isInstanceOf(Refused.class);
        assertThat(level()).isEqualTo(2);
    }

    @Test
    void olderNodeWhoseAddressWasTakenHoldsTheLevelBackOnlyAsLongAsItHasReplicas() {
        cluster.register(1, "n1:1", 1);
        cluster.register(2, "n2:1", 2);
        cluster.join(1, List.of("n1:1"));
        cluster.join(2, List.of("n2:1"));

        cluster.register(3, "n1:1", 2);
        assertRejected(raise(2));
        cluster.leave(1);

        assertThat(raise(2)).isInstanceOf(Done.class);
    }

    @Test
    void levelThatRisesMakesARevisionAndNoMap() {
        cluster.register(1, "n1:1", 2);
        long revision = cluster.config().revision();

        raise(2);

        assertThat(cluster.config().revision()).isEqualTo(revision + 1);
        assertThat(cluster.config().num()).isZero();
    }

    private ControllerResult raise(int level) {
        return cluster.apply(new RaiseLevel(level));
    }

    private static void assertRejected(ControllerResult result) {
        assertThat(result)
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.reason()).isEqualTo(Reason.REJECTED));
    }

    private int level() {
        return cluster.config().terms().featureLevel();
    }
}
