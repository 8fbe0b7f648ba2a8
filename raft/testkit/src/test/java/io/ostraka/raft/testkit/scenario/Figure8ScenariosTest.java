package io.ostraka.raft.testkit.scenario;

import static io.ostraka.raft.testkit.scenario.RaftScenario.ELECTION_MILLIS;

import io.ostraka.raft.testkit.sim.Weather;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/**
 * The classic scenarios after figure 8 of the paper: leaders go before they have committed their entries, again and
 * again, so that entries of earlier terms are on majorities and yet not committed.
 */
@NullMarked
final class Figure8ScenariosTest {

    private static final int ITERATIONS = 1_000;

    /** {@code TestFigure82C}: the leader of the moment loses power. */
    @Test
    void figure82C() {
        Scenarios.play(5, s -> {
            s.one(s.anyCommand(), 1, true);
            int alive = 5;
            for (int i = 0; i < ITERATIONS; i++) {
                int leader = -1;
                for (int node : s.all()) {
                    if (s.isRunning(node) && s.start(node, s.anyCommand()).isAccepted()) {
                        leader = node;
                    }
                }
                rest(s);
                if (leader >= 0) {
                    s.crash(leader);
                    alive--;
                }
                int other = s.dice().between(0, 4);
                if (alive < 3 && !s.isRunning(other)) {
                    s.restart(other);
                    s.connect(other);
                    alive++;
                }
            }
            for (int node : s.all()) {
                if (!s.isRunning(node)) {
                    s.restart(node);
                    s.connect(node);
                }
            }
            s.one(s.anyCommand(), 5, true);
        });
    }

    /** {@code TestFigure8Unreliable2C}: the leader of the moment is cut off, and much is lost and overtaken. */
    @Test
    void figure8Unreliable2C() {
        Scenarios.play(5, s -> {
            s.weather(Weather.UNRELIABLE);
            s.one(s.dice().between(0, 9_999), 1, true);
            int joined = 5;
            for (int i = 0; i < ITERATIONS; i++) {
                if (i == 200) {
                    s.weather(Weather.LONG_REORDERING);
                }
                int leader = -1;
                for (int node : s.all()) {
                    if (s.start(node, s.dice().between(0, 9_999)).isAccepted() && s.isConnected(node)) {
                        leader = node;
                    }
                }
                rest(s);
                if (leader >= 0 && s.dice().chance(0.5)) {
                    s.disconnect(leader);
                    joined--;
                }
                int other = s.dice().between(0, 4);
                if (joined < 3 && !s.isConnected(other)) {
                    s.connect(other);
                    joined++;
                }
            }
            s.connect(s.all());
            s.one(s.dice().between(0, 9_999), 5, true);
        });
    }

    private static void rest(RaftScenario s) {
        boolean isLong = s.dice().chance(0.1);
        s.sleepMillis(s.dice().random().nextLong(isLong ? ELECTION_MILLIS / 2 : 13));
    }
}
