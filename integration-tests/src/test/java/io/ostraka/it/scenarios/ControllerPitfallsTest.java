package io.ostraka.it.scenarios;

import static io.ostraka.it.scenarios.ControllerScenario.desired;
import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.shardctrler.command.Change;
import io.ostraka.shardctrler.command.Claim;
import io.ostraka.shardctrler.command.ControllerCommand.Report;
import io.ostraka.shardctrler.command.ControllerResult;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What other controllers are known to have got wrong, asked of three controllers in virtual time, of which each in turn
 * loses power in between.
 */
final class ControllerPitfallsTest {

    private static final int SHARDS = 10;

    private final ControllerScenario scenario = new ControllerScenario(1, SHARDS);

    /**
     * When the last group leaves, its shards are planned nowhere, and the group stays until somebody has taken over
     * what it holds: the next one to join gets it from there, and does not begin empty.
     */
    @Test
    void lastGroupKeepsItsShardsUntilTheNextOneTakesThemOver() {
        scenario.join(1);
        GroupRef first = scenario.config().group(1).orElseThrow().ref();
        for (int shard = 0; shard < SHARDS; shard++) {
            scenario.command(new Report(List.of(), List.of(new Claim(first, shard)), List.of()));
        }
        scenario.leave(1);
        scenario.check();
        restartEach();
        scenario.join(2);
        scenario.check(2L);

        ClusterConfig config = scenario.config();
        GroupRef second = config.group(2).orElseThrow().ref();
        assertThat(config.isLeaving(first)).isTrue();
        for (int shard = 0; shard < SHARDS; shard++) {
            assertThat(config.shard(shard).owner()).isEqualTo(first);
            assertThat(config.shard(shard).target()).isEqualTo(second);
        }
        scenario.checkAllAgree();
    }

    /** A shard cannot be moved to a group that does not exist, and no later balancing knows such a group. */
    @Test
    void moveToAnUnknownGroupIsRefused() {
        scenario.join(1);
        ClusterConfig before = scenario.config();

        assertThat(scenario.move(3, 77)).isInstanceOf(ControllerResult.Refused.class);
        assertThat(scenario.move(3, 0)).isInstanceOf(ControllerResult.Refused.class);
        assertThat(scenario.move(3, -1)).isInstanceOf(ControllerResult.Refused.class);
        assertThat(scenario.move(SHARDS, 1)).isInstanceOf(ControllerResult.Refused.class);
        assertThat(scenario.move(-1, 1)).isInstanceOf(ControllerResult.Refused.class);

        assertThat(scenario.config()).isEqualTo(before);
        restartEach();
        scenario.join(2);
        scenario.check(1L, 2L);
        scenario.checkAllAgree();
    }

    /** Joins of nothing and of groups without a proper number change nothing, on an empty cluster least of all. */
    @Test
    void joinOfNothingIsRefused() {
        ClusterConfig before = scenario.config();

        assertThat(scenario.change(new Change.Join(List.of()))).isInstanceOf(ControllerResult.Refused.class);
        assertThat(scenario.join(0)).isInstanceOf(ControllerResult.Refused.class);
        assertThat(scenario.join(-1)).isInstanceOf(ControllerResult.Refused.class);
        assertThat(scenario.join(5, List.of())).isInstanceOf(ControllerResult.Refused.class);
        assertThat(scenario.join(5, 5)).isInstanceOf(ControllerResult.Refused.class);
        assertThat(scenario.leave(7)).isInstanceOf(ControllerResult.Refused.class);
        assertThat(scenario.leave()).isInstanceOf(ControllerResult.Refused.class);

        assertThat(scenario.config()).isEqualTo(before);
        scenario.check();
        restartEach();
        scenario.join(1);
        scenario.join(2);
        scenario.check(1L, 2L);
        scenario.checkAllAgree();
    }

    /** A restart repeats nothing: the controller that was away has the numbers that the others have. */
    @Test
    void restartOfOneControllerRepeatsNoChange() {
        for (long gid = 1; gid <= 30; gid++) {
            scenario.join(gid);
            if (gid % 3 == 0) {
                scenario.leave(gid);
            }
        }
        ClusterConfig before = scenario.config();
        assertThat(before.num()).isEqualTo(40);

        int away = (scenario.awaitLeader() + 1) % ControllerScenario.CONTROLLERS;
        scenario.shutDown(away);
        scenario.start(away);
        scenario.checkAllAgree();
        scenario.shutDown(scenario.awaitLeader());
        assertThat(scenario.config()).isEqualTo(before);

        scenario.checkAllAgree();
        for (long num = 0; num <= before.num(); num++) {
            ClusterConfig config = scenario.query(num);
            for (int shard = 0; shard < SHARDS; shard++) {
                assertThat(desired(config, shard) == 0).isEqualTo(num == 0);
            }
        }
    }

    private void restartEach() {
        for (int node = 0; node < ControllerScenario.CONTROLLERS; node++) {
            scenario.shutDown(node);
            scenario.cluster().sleepMillis(2_000);
            scenario.start(node);
            scenario.cluster().sleepMillis(2_000);
        }
    }
}
