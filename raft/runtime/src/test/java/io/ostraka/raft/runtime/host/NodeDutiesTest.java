package io.ostraka.raft.runtime.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.core.RaftConfig;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What nodes do for all their replicas, over many election timeouts of virtual time; each with several seeds. */
class NodeDutiesTest {

    private static final Duration FIT = Duration.ofMillis(5);
    private static final Duration LAME = Duration.ofMillis(900);
    private static final Duration SICK = Duration.ofMillis(1_500);

    /** Elections that slow disks cannot prevent. */
    private static final RaftConfig PATIENT = RaftConfig.defaults().withTimings(100, 4_000, 8_000);

    private static final RaftConfig QUIET =
            RaftConfig.defaults().withQuietAfterNanos(TimeUnit.MILLISECONDS.toNanos(300));

    /** Long enough for a hand-over or an election. */
    private static final Duration ELECTIONS = Duration.ofSeconds(25);

    /** DESIGN section 3, "A sick disk". */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void leaderWhoseLogIsSlowHandsItsLeadershipOverAndKeepsItOver(long seed) {
        DutyLab lab = started(PATIENT, seed);
        int first = lab.leader();

        lab.node(first).writesTake(SICK);
        lab.passBusy(ELECTIONS);

        int second = lab.leader();
        assertThat(second).isNotZero().isNotEqualTo(first);
        long term = lab.term();
        lab.passBusy(Duration.ofMinutes(2));
        assertThat(lab.leader()).isEqualTo(second);
        assertThat(lab.term()).isEqualTo(term);
    }

    /** A disk that hangs completes no write that could be measured. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void leaderWhoseLogHangsHandsItsLeadershipOver(long seed) {
        DutyLab lab = started(PATIENT, seed);
        int first = lab.leader();

        lab.node(first).writesTake(Duration.ofDays(1));
        lab.passBusy(ELECTIONS);

        assertThat(lab.leader()).isNotZero().isNotEqualTo(first);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void leaderKeepsItsLeadershipWhileNoPeerIsHealthier(long seed) {
        DutyLab lab = started(PATIENT, seed);
        int leader = lab.leader();
        long term = lab.term();
        IntStream.rangeClosed(1, 3).forEach(each -> lab.node(each).writesTake(SICK));

        lab.passBusy(Duration.ofMinutes(2));

        assertThat(lab.leader()).isEqualTo(leader);
        assertThat(lab.term()).isEqualTo(term);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void slowLogsOfFollowersMoveNothing(long seed) {
        DutyLab lab = started(PATIENT, seed);
        int leader = lab.leader();
        long term = lab.term();
        lab.node(other(leader)).writesTake(SICK);

        lab.passBusy(Duration.ofMinutes(2));

        assertThat(lab.leader()).isEqualTo(leader);
        assertThat(lab.term()).isEqualTo(term);
    }

    /** Hysteresis: otherwise leadership would come back with the first write that is fast, and go with the next. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void peerWhoseLogIsFastAgainIsTrustedOnlyAfterATimeWithoutSlowWrites(long seed) {
        DutyLab lab = started(PATIENT, seed);
        int leader = lab.leader();
        int recovering = other(leader);
        IntStream.rangeClosed(1, 3).forEach(each -> lab.node(each).writesTake(SICK));
        lab.passBusy(ELECTIONS);
        long recovery = TimeUnit.NANOSECONDS.toSeconds(lab.options().diskRecoveryNanos());

        lab.node(recovering).writesTake(FIT);
        lab.passBusy(Duration.ofSeconds(recovery - 1));
        assertThat(lab.leader()).isEqualTo(leader);

        lab.passBusy(ELECTIONS);
        assertThat(lab.leader()).isEqualTo(recovering);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void leadershipGoesToTheMostAdvancedOfTheHealthy(long seed) {
        DutyLab lab = started(PATIENT, seed);
        int leader = lab.leader();
        int behind = other(leader);
        int ahead = 6 - leader - behind;
        lab.node(behind).writesTake(LAME);

        lab.node(leader).writesTake(SICK);
        lab.passBusy(ELECTIONS);

        assertThat(lab.leader()).isEqualTo(ahead);
    }

    /** DESIGN section 3, "Transport": node heartbeats stand in for those of quiet groups. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void quietGroupKeepsItsLeaderWithoutAWord(long seed) {
        DutyLab lab = started(QUIET, seed);
        int leader = lab.leader();
        long term = lab.term();
        assertThat(lab.node(leader).raftStatus().quiet()).isTrue();
        lab.takeEnvelopes();

        lab.pass(Duration.ofMinutes(5));

        assertThat(lab.leader()).isEqualTo(leader);
        assertThat(lab.term()).isEqualTo(term);
        assertThat(lab.takeEnvelopes()).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void quietGroupFailsOverWhenItsLeadersNodeFallsSilent(long seed) {
        DutyLab lab = started(QUIET, seed);
        int leader = lab.leader();

        lab.node(leader).stop();
        lab.pass(ELECTIONS);

        assertThat(lab.leader()).isNotZero().isNotEqualTo(leader);
    }

    private static DutyLab started(RaftConfig raft, long seed) {
        DutyLab lab = new DutyLab(raft, seed);
        IntStream.rangeClosed(1, 3).forEach(each -> lab.node(each).writesTake(FIT));
        lab.passBusy(ELECTIONS);
        lab.pass(Duration.ofSeconds(2));
        assertThat(lab.leader()).isNotZero();
        return lab;
    }

    private static int other(int node) {
        return node % 3 + 1;
    }
}
