package io.ostraka.raft.testkit.scenario;

import static io.ostraka.raft.testkit.scenario.RaftScenario.SNAPSHOT_EVERY;
import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.testkit.sim.Weather;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/**
 * The classic scenarios of logs that are cut. In Ostraka nobody takes a snapshot by and by: a store is flushed, here
 * every ten commands, the log up to there is given back, and a follower that needs it gets the store as it is.
 */
@NullMarked
final class SnapshotScenariosTest {

    private static final int LOG_BYTES_MAX = 2_000;

    /** How a node misses what the others agree on. */
    private enum Absence {
        NONE,
        CUT_OFF,
        CRASHED
    }

    /** {@code TestSnapshotBasic2D}. */
    @Test
    void snapshotBasic2D() {
        Scenarios.playWithSnapshots(3, s -> play(s, Absence.NONE));
    }

    /** {@code TestSnapshotInstall2D}. */
    @Test
    void snapshotInstall2D() {
        Scenarios.playWithSnapshots(3, s -> play(s, Absence.CUT_OFF));
    }

    /** {@code TestSnapshotInstallUnreliable2D}. */
    @Test
    void snapshotInstallUnreliable2D() {
        Scenarios.playWithSnapshots(3, s -> {
            s.weather(Weather.UNRELIABLE);
            play(s, Absence.CUT_OFF);
        });
    }

    /** {@code TestSnapshotInstallCrash2D}. */
    @Test
    void snapshotInstallCrash2D() {
        Scenarios.playWithSnapshots(3, s -> play(s, Absence.CRASHED));
    }

    /** {@code TestSnapshotInstallUnCrash2D}. */
    @Test
    void snapshotInstallUnCrash2D() {
        Scenarios.playWithSnapshots(3, s -> {
            s.weather(Weather.UNRELIABLE);
            play(s, Absence.CRASHED);
        });
    }

    private static void play(RaftScenario s, Absence absence) {
        s.one(s.anyCommand(), 3, true);
        int leader = s.checkOneLeader();
        for (int i = 0; i < 30; i++) {
            boolean leaderIsVictim = i % 3 == 1;
            int victim = leaderIsVictim ? leader : (leader + 1) % 3;
            int sender = leaderIsVictim ? (leader + 1) % 3 : leader;
            switch (absence) {
                case NONE -> {}
                case CUT_OFF -> {
                    s.disconnect(victim);
                    s.one(s.anyCommand(), 2, true);
                }
                case CRASHED -> {
                    s.crash(victim);
                    s.one(s.anyCommand(), 2, true);
                }
            }
            for (int k = 0; k <= SNAPSHOT_EVERY; k++) {
                s.start(sender, s.anyCommand());
            }
            s.one(s.anyCommand(), absence == Absence.NONE ? 3 : 2, true);
            for (int node : s.all()) {
                assertThat(s.logBytes(node)).as("log of node %d", node).isLessThan(LOG_BYTES_MAX);
            }
            if (absence != Absence.NONE) {
                if (absence == Absence.CRASHED) {
                    s.restart(victim);
                }
                s.connect(victim);
                s.one(s.anyCommand(), 3, true);
                leader = s.checkOneLeader();
            }
        }
        if (absence != Absence.NONE) {
            assertThat(s.installed()).as("installed snapshots").isPositive();
        }
    }

    /** {@code TestSnapshotAllCrash2D} of the newer edition: nothing that was applied is gone after all have crashed. */
    @Test
    void snapshotAllCrash2D() {
        Scenarios.playWithSnapshots(3, s -> {
            s.one(s.anyCommand(), 3, true);
            for (int i = 0; i < 5; i++) {
                int commands = SNAPSHOT_EVERY / 2 + s.dice().random().nextInt(SNAPSHOT_EVERY);
                for (int k = 0; k < commands; k++) {
                    s.one(s.anyCommand(), 3, true);
                }
                long before = s.one(s.anyCommand(), 3, true);
                s.crash(s.all());
                s.restart(s.all());
                s.connect(s.all());
                assertThat(s.one(s.anyCommand(), 3, true)).isGreaterThan(before);
            }
        });
    }

    /**
     * {@code TestSnapshotInit2D} of the newer edition: a state that was restored is not overwritten by an empty one.
     */
    @Test
    void snapshotInit2D() {
        Scenarios.playWithSnapshots(3, s -> {
            s.one(s.anyCommand(), 3, true);
            for (int i = 0; i <= SNAPSHOT_EVERY; i++) {
                s.one(s.anyCommand(), 3, true);
            }
            for (int crash = 0; crash < 2; crash++) {
                s.crash(s.all());
                s.restart(s.all());
                s.connect(s.all());
                s.one(s.anyCommand(), 3, true);
            }
        });
    }
}
