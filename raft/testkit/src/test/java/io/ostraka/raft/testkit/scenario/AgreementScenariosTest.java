package io.ostraka.raft.testkit.scenario;

import static io.ostraka.raft.testkit.scenario.RaftScenario.ELECTION_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.core.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The classic scenarios of agreement on a log. */
@NullMarked
final class AgreementScenariosTest {

    /** {@code TestBasicAgree2B}. */
    @Test
    void basicAgree2B() {
        Scenarios.play(3, s -> {
            for (int ordinal = 1; ordinal <= 3; ordinal++) {
                assertThat(s.committed(ordinal)).as("committed before Start").isZero();
                assertThat(s.one(ordinal * 100, 3, false)).isEqualTo(ordinal);
            }
        });
    }

    /** {@code TestRPCBytes2B}: each command is sent to each peer about once. */
    @Test
    void rpcBytes2B() {
        Scenarios.play(3, s -> {
            s.one(99, 3, false);
            long before = s.bytes();

            long sent = 0;
            for (int ordinal = 2; ordinal < 12; ordinal++) {
                Bytes command = s.anyCommand(5_000);
                assertThat(s.one(command, 3, false)).isEqualTo(ordinal);
                sent += command.size();
            }

            assertThat(s.bytes() - before).isLessThanOrEqualTo(3 * sent + 50_000);
        });
    }

    /** {@code TestFollowerFailure} of the newer edition: the loss of one follower, then of the other. */
    @Test
    void followerFailure() {
        Scenarios.play(3, s -> {
            s.one(101, 3, false);
            s.disconnect(s.checkOneLeader() + 1);
            s.one(102, 2, false);
            s.sleepMillis(ELECTION_MILLIS);
            s.one(103, 2, false);

            int leader = s.checkOneLeader();
            s.disconnect(leader + 1, leader + 2);
            Attempt alone = s.start(leader, 104);
            assertThat(alone.isAccepted()).isTrue();
            assertThat(alone.ordinal()).isEqualTo(4);
            s.sleepMillis(2 * ELECTION_MILLIS);
            assertThat(s.committed(4)).isZero();
            assertThat(alone.isApplied()).isFalse();
        });
    }

    /** {@code TestLeaderFailure} of the newer edition: the loss of one leader, then of the next. */
    @Test
    void leaderFailure() {
        Scenarios.play(3, s -> {
            s.one(101, 3, false);
            s.disconnect(s.checkOneLeader());
            s.one(102, 2, false);
            s.sleepMillis(ELECTION_MILLIS);
            s.one(103, 2, false);

            s.disconnect(s.checkOneLeader());
            for (int node : s.all()) {
                s.start(node, 104);
            }
            s.sleepMillis(2 * ELECTION_MILLIS);
            assertThat(s.committed(4)).isZero();
        });
    }

    /** {@code TestFailAgree2B}. */
    @Test
    void failAgree2B() {
        Scenarios.play(3, s -> {
            s.one(101, 3, false);
            int away = s.checkOneLeader() + 1;
            s.disconnect(away);

            s.one(102, 2, false);
            s.one(103, 2, false);
            s.sleepMillis(ELECTION_MILLIS);
            s.one(104, 2, false);
            s.one(105, 2, false);

            s.connect(away);
            s.one(106, 3, true);
            s.sleepMillis(ELECTION_MILLIS);
            s.one(107, 3, true);
        });
    }

    /** {@code TestFailNoAgree2B}. */
    @Test
    void failNoAgree2B() {
        Scenarios.play(5, s -> {
            s.one(10, 5, false);
            int leader = s.checkOneLeader();
            s.disconnect(leader + 1, leader + 2, leader + 3);

            Attempt alone = s.start(leader, 20);
            assertThat(alone.isAccepted()).isTrue();
            assertThat(alone.ordinal()).isEqualTo(2);
            s.sleepMillis(2 * ELECTION_MILLIS);
            assertThat(s.committed(2)).isZero();
            assertThat(alone.isApplied()).isFalse();

            s.connect(leader + 1, leader + 2, leader + 3);
            Attempt together = s.start(s.checkOneLeader(), 30);
            assertThat(together.isAccepted()).isTrue();
            assertThat(together.ordinal()).isBetween(2L, 3L);
            s.one(1000, 5, true);
        });
    }

    /** {@code TestConcurrentStarts2B}; the classic test tries again if the term changes, here it must not. */
    @Test
    void concurrentStarts2B() {
        Scenarios.play(3, s -> {
            int leader = s.checkOneLeader();
            Attempt first = s.start(leader, 1);
            List<Attempt> together = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                together.add(s.startLater(leader, Bytes.utf8(Integer.toString(100 + i))));
            }
            s.runUntilDecided(together);

            List<String> committed = new ArrayList<>();
            for (Attempt one : together) {
                assertThat(one.term()).isEqualTo(first.term());
                Bytes command = Objects.requireNonNull(s.await(one.ordinal(), 3, first.term()), "the term changed");
                committed.add(command.toUtf8());
            }
            assertThat(committed).containsExactlyInAnyOrder("100", "101", "102", "103", "104");
        });
    }

    /** {@code TestRejoin2B}: what a leader could not commit gives way to what the others agreed on. */
    @Test
    void rejoin2B() {
        Scenarios.play(3, s -> {
            s.one(101, 3, true);
            int first = s.checkOneLeader();
            s.disconnect(first);
            List<Attempt> lost = new ArrayList<>();
            for (int command = 102; command <= 104; command++) {
                lost.add(s.start(first, command + " of a leader alone"));
            }
            assertThat(lost).allMatch(Attempt::isAccepted);

            s.one(103, 2, true);
            int second = s.checkOneLeader();
            s.disconnect(second);
            s.connect(first);
            s.one(104, 2, true);
            s.connect(second);
            long last = s.one(105, 3, true);

            for (long ordinal = 1; ordinal <= last; ordinal++) {
                assertThat(s.command(ordinal).toUtf8()).doesNotContain("alone");
            }
            assertThat(lost).noneMatch(Attempt::isApplied);
        });
    }

    /**
     * {@code TestBackup2B}: leaders find quickly where logs part that have 50 entries of several terms each; the
     * classic test only runs into its time limit otherwise, here the steps back are counted.
     */
    @Test
    void backup2B() {
        Scenarios.play(5, s -> {
            s.one(s.anyCommand(), 5, true);
            int first = s.checkOneLeader();
            s.disconnect(first + 2, first + 3, first + 4);
            startMany(s, first);
            s.sleepMillis(ELECTION_MILLIS / 2);

            s.disconnect(first, first + 1);
            s.connect(first + 2, first + 3, first + 4);
            oneOfMany(s);

            int second = s.checkOneLeader();
            int other = (first + 2) % 5 == second ? (second + 1) % 5 : (first + 2) % 5;
            s.disconnect(other);
            startMany(s, second);
            s.sleepMillis(ELECTION_MILLIS / 2);

            s.disconnect(s.all());
            s.connect(first, first + 1, other);
            oneOfMany(s);

            s.connect(s.all());
            s.one(s.anyCommand(), 5, true);
            assertThat(s.conflicts()).as("steps back").isLessThan(50);
        });
    }

    private static void startMany(RaftScenario s, int leader) {
        for (int i = 0; i < 50; i++) {
            assertThat(s.start(leader, s.anyCommand()).isAccepted()).isTrue();
        }
    }

    private static void oneOfMany(RaftScenario s) {
        for (int i = 0; i < 50; i++) {
            s.one(s.anyCommand(), 3, true);
        }
    }

    /**
     * {@code TestCount2B}: not too many calls for an election, for agreement, and while nothing happens. The classic
     * test tries again if the term changes, here it must not.
     */
    @Test
    void count2B() {
        Scenarios.play(3, s -> {
            int leader = s.checkOneLeader();
            assertThat(s.calls()).as("calls for the first election").isBetween(1L, 30L);

            long before = s.calls();
            int iterations = 10;
            Attempt first = s.start(leader, 1);
            List<Bytes> commands = new ArrayList<>();
            for (int i = 1; i < iterations + 2; i++) {
                Bytes command = s.anyCommand();
                commands.add(command);
                Attempt next = s.start(leader, command);
                assertThat(next.term()).isEqualTo(first.term());
                assertThat(next.ordinal()).isEqualTo(first.ordinal() + i);
            }
            for (int i = 1; i <= iterations; i++) {
                assertThat(s.await(first.ordinal() + i, 3, first.term())).isEqualTo(commands.get(i - 1));
            }
            for (int node : s.all()) {
                assertThat(s.term(node)).isEqualTo(first.term());
            }
            assertThat(s.calls() - before).as("calls for 12 entries").isLessThanOrEqualTo((iterations + 1 + 3) * 3L);

            before = s.calls();
            s.sleepMillis(1_000);
            // Ten heartbeats to each of two followers, and as many of the node where groups fall quiet; 60 are allowed.
            assertThat(s.calls() - before).as("calls of an idle second").isLessThanOrEqualTo(45);
        });
    }
}
