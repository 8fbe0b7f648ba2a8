package io.ostraka.raft.testkit.scenario;

import static io.ostraka.raft.testkit.scenario.RaftScenario.ELECTION_MILLIS;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.testkit.sim.Weather;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/**
 * The classic scenarios of nodes that come back. The classic harness keeps all that a node has written; here a node
 * comes back after a loss of power, with what was forced to its disk and some of the rest.
 */
@NullMarked
final class PersistenceScenariosTest {

    /** {@code TestPersist12C}. */
    @Test
    void persist12C() {
        Scenarios.play(3, s -> {
            s.one(11, 3, true);
            s.restart(s.all());
            s.connect(s.all());
            s.one(12, 3, true);

            int first = s.checkOneLeader();
            s.restart(first);
            s.connect(first);
            s.one(13, 3, true);

            int second = s.checkOneLeader();
            s.disconnect(second);
            s.one(14, 2, true);
            s.restart(second);
            s.connect(second);
            s.await(4, 3, -1);

            int third = s.checkOneLeader() + 1;
            s.disconnect(third);
            s.one(15, 2, true);
            s.restart(third);
            s.connect(third);
            s.one(16, 3, true);
        });
    }

    /** {@code TestPersist22C}. */
    @Test
    void persist22C() {
        Scenarios.play(5, s -> {
            int command = 0;
            for (int round = 0; round < 5; round++) {
                s.one(10 + ++command, 5, true);
                int leader = s.checkOneLeader();
                s.disconnect(leader + 1, leader + 2);
                s.one(10 + ++command, 3, true);

                s.disconnect(leader, leader + 3, leader + 4);
                s.restart(leader + 1, leader + 2);
                s.connect(leader + 1, leader + 2);
                s.sleepMillis(ELECTION_MILLIS);
                s.restart(leader + 3);
                s.connect(leader + 3);
                s.one(10 + ++command, 3, true);

                s.connect(leader + 4, leader);
            }
            s.one(1000, 5, true);
        });
    }

    /** {@code TestPersist32C}: two of three lose power, and the entry that one of them had acknowledged is kept. */
    @Test
    void persist32C() {
        Scenarios.play(3, s -> {
            s.one(101, 3, true);
            int leader = s.checkOneLeader();
            s.disconnect(leader + 2);
            long acknowledged = s.one(102, 2, true);

            s.crash(leader, leader + 1);
            s.connect(leader + 2);
            s.restart(leader);
            s.connect(leader);
            s.one(103, 2, true);

            s.restart(leader + 1);
            s.connect(leader + 1);
            s.one(104, 3, true);
            RaftScenario.require(
                    s.command(acknowledged).equals(Bytes.utf8("102")), "what was acknowledged is not there any more");
        });
    }

    /** {@code TestUnreliableAgree2C}. */
    @Test
    void unreliableAgree2C() {
        Scenarios.play(5, s -> {
            s.weather(Weather.UNRELIABLE);
            List<Agreement> concurrent = new ArrayList<>();
            for (int iteration = 1; iteration < 50; iteration++) {
                for (int i = 0; i < 4; i++) {
                    concurrent.add(s.oneLater(Bytes.utf8(Integer.toString(100 * iteration + i)), 1, true));
                }
                s.one(iteration, 1, true);
            }
            s.weather(Weather.RELIABLE);
            s.runUntilReached(concurrent);
            s.one(100, 5, true);
        });
    }

    /** {@code TestReliableChurn2C}. */
    @Test
    void reliableChurn2C() {
        Scenarios.play(5, s -> new Churn(s).play(Weather.RELIABLE));
    }

    /** {@code TestUnreliableChurn2C}. */
    @Test
    void unreliableChurn2C() {
        Scenarios.play(5, s -> new Churn(s).play(Weather.UNRELIABLE));
    }
}
