package io.ostraka.raft.testkit.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The classic scenarios of elections. */
@NullMarked
final class ElectionScenariosTest {

    /** {@code TestInitialElection2A}; the classic test lets the term change without a failure, this one does not. */
    @Test
    void initialElection2A() {
        Scenarios.play(3, s -> {
            s.checkOneLeader();
            s.sleepMillis(50);
            long term = s.checkTerms();
            assertThat(term).isPositive();

            s.sleepMillis(2 * RaftScenario.ELECTION_MILLIS);

            assertThat(s.checkTerms()).isEqualTo(term);
            s.checkOneLeader();
        });
    }

    /**
     * {@code TestReElection2A}; a leader without a quorum, cut off or not, must also find out that it does not lead.
     */
    @Test
    void reElection2A() {
        Scenarios.play(3, s -> {
            int first = s.checkOneLeader();
            s.disconnect(first);
            s.checkOneLeader();
            s.sleepMillis(RaftScenario.ELECTION_MILLIS);
            assertThat(s.leads(first)).as("a leader that reaches nobody").isFalse();

            s.connect(first);
            int second = s.checkOneLeader();

            s.disconnect(second, second + 1);
            s.sleepMillis(2 * RaftScenario.ELECTION_MILLIS);
            s.checkNoLeader();
            assertThat(s.leads(second)).as("a leader that reaches nobody").isFalse();

            s.connect(second + 1);
            s.checkOneLeader();
            s.connect(second);
            s.checkOneLeader();

            // A follower that has missed nothing but its leader costs nobody the leadership when it is back.
            int leader = s.checkOneLeader();
            long term = s.checkTerms();
            s.disconnect(leader + 1);
            s.sleepMillis(2 * RaftScenario.ELECTION_MILLIS);
            s.connect(leader + 1);
            s.sleepMillis(2 * RaftScenario.ELECTION_MILLIS);
            assertThat(s.checkTerms()).isEqualTo(term);
            assertThat(s.checkOneLeader()).isEqualTo(leader);
        });
    }

    /** {@code TestManyElections2A}. */
    @Test
    void manyElections2A() {
        Scenarios.play(7, s -> {
            s.checkOneLeader();
            for (int round = 1; round < 10; round++) {
                int[] three = {
                    s.dice().between(0, 6), s.dice().between(0, 6), s.dice().between(0, 6)
                };
                s.disconnect(three);
                s.checkOneLeader();
                s.connect(three);
            }
            s.checkOneLeader();
        });
    }
}
