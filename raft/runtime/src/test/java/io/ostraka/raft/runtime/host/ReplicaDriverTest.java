package io.ostraka.raft.runtime.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.EntryType;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.RaftConfig;
import io.ostraka.raft.core.RawNode;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.Restored;
import io.ostraka.raft.core.RoleKind;
import io.ostraka.raft.core.input.Budget;
import io.ostraka.raft.core.input.Received;
import io.ostraka.raft.core.input.Tick;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.core.message.AppendRequest;
import io.ostraka.raft.core.message.AppendResponse;
import io.ostraka.raft.core.message.AppendResult;
import io.ostraka.raft.core.message.Heartbeat;
import io.ostraka.raft.core.message.Message;
import io.ostraka.raft.core.message.VoteRequest;
import io.ostraka.raft.core.message.VoteResponse;
import io.ostraka.raft.runtime.statemachine.AppliedState;
import io.ostraka.raft.runtime.statemachine.LeadershipEvent;
import io.ostraka.raft.runtime.storage.LogWrite;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ReplicaDriverTest {

    private static final ReplicaId SELF = new ReplicaId(1);
    private static final ReplicaId SECOND = new ReplicaId(2);
    private static final ReplicaId THIRD = new ReplicaId(3);
    private static final long LATER = TimeUnit.SECONDS.toNanos(10);

    private final RecordingPorts ports = new RecordingPorts();
    private final List<ProposalResult<String>> outcomes = new ArrayList<>();

    @Test
    void aProposalIsAppliedOnlyOnceTheLogIsDurable() {
        ReplicaDriver<String> driver = leaderOfOne();
        driver.propose(Bytes.utf8("x"), Budget.CLIENT, outcomes::add);
        driver.endTurn(LATER);
        int before = ports.applied.size();
        assertThat(ports.writes).hasSize(1);

        driver.written(ports.takeWrites().getFirst(), LATER);

        assertThat(ports.applied).hasSize(before + 1);
        assertThat(ports.waiters).hasSize(1);
    }

    @Test
    void proposalsOfOneTurnShareOneWrite() {
        ReplicaDriver<String> driver = leaderOfOne();
        for (int i = 0; i < 100; i++) {
            driver.propose(Bytes.utf8("x" + i), Budget.CLIENT, outcomes::add);
        }
        driver.endTurn(LATER);

        assertThat(ports.writes)
                .singleElement()
                .satisfies(
                        write -> assertThat(((LogWrite.Append) write).entries()).hasSize(100));
    }

    /** A copied shard's last step asks whether its chunks are there, so it must stay behind them. */
    @Test
    void whatClientsAskForGoesFirst_andTheRestKeepsItsOrder() {
        ReplicaDriver<String> driver = leaderOfOne();
        driver.propose(Bytes.utf8("chunk 1"), Budget.BACKGROUND, outcomes::add);
        driver.propose(Bytes.utf8("put 1"), Budget.CLIENT, outcomes::add);
        driver.propose(Bytes.utf8("chunk 2"), Budget.BACKGROUND, outcomes::add);
        driver.propose(Bytes.utf8("activate"), Budget.PROTOCOL, outcomes::add);
        driver.propose(Bytes.utf8("put 2"), Budget.CLIENT, outcomes::add);
        driver.endTurn(LATER);

        assertThat(ports.writes.stream()
                        .flatMap(write -> ((LogWrite.Append) write).entries().stream())
                        .map(entry -> entry.payload().toUtf8()))
                .containsExactly("put 1", "put 2", "chunk 1", "chunk 2", "activate");
    }

    @Test
    void readsOfOneTurnShareOneRound() {
        ReplicaDriver<String> driver = leaderOfOne();
        List<ReadResult> results = new ArrayList<>();
        driver.read(results::add);
        driver.read(results::add);
        driver.endTurn(LATER);

        assertThat(ports.readable).hasSize(1);
        assertThat(results).hasSize(2);
    }

    @Test
    void aFollowerRefusesWithTheLeaderItKnows() {
        ReplicaDriver<String> driver = driver(Membership.of(SELF, SECOND, THIRD));
        driver.step(new Received(new Heartbeat(SECOND, SELF, 3, 0, 1), 0));
        driver.propose(Bytes.utf8("x"), Budget.CLIENT, outcomes::add);
        driver.endTurn(0);

        assertThat(outcomes).containsExactly(new ProposalResult.Refused<>(new Refusal.NotLeader(SECOND)));
    }

    /** FAULTS E2 and E3: nothing that speaks of a write leaves before it is durable. */
    @Test
    void aVoteLeavesOnlyOnceItIsDurable() {
        ReplicaDriver<String> driver = driver(Membership.of(SELF, SECOND, THIRD));
        driver.step(new Received(new VoteRequest(SECOND, SELF, 5, LogPosition.ZERO, false), 0));
        assertThat(ports.sent).isEmpty();

        ports.takeWrites().forEach(write -> driver.written(write, 0));

        assertThat(ports.sent)
                .singleElement()
                .satisfies(message ->
                        assertThat(((VoteResponse) message).granted()).isTrue());
    }

    /** The force of both writes puts only the later leader's entries on disk. */
    @Test
    void whatOneForceBothWroteAndReplacedIsNotAcknowledged() {
        ReplicaDriver<String> driver = driver(Membership.of(SELF, SECOND, THIRD));
        driver.step(new Received(append(SECOND, 3, 2), 0));
        driver.step(new Received(append(THIRD, 4, 1), 0));
        assertThat(ports.writes).hasSize(2);

        ports.takeWrites().forEach(write -> driver.written(write, 0));

        assertThat(ports.sent).containsExactly(new AppendResponse(SELF, THIRD, 4, new AppendResult.Matched(1), 1));
    }

    @Test
    void nothingLeavesThatSpeaksOfATermThatIsOver() {
        ReplicaDriver<String> driver = driver(Membership.of(SELF, SECOND, THIRD));
        driver.step(new Received(append(SECOND, 3, 2), 0));
        List<LogWrite> first = ports.takeWrites();
        driver.step(new Received(append(THIRD, 4, 1), 0));

        first.forEach(write -> driver.written(write, 0));

        assertThat(ports.sent).isEmpty();
    }

    @Test
    void losingLeadershipLeavesWhatWasProposedUnknown() {
        ReplicaDriver<String> driver = leaderOfThree();
        driver.propose(Bytes.utf8("x"), Budget.CLIENT, outcomes::add);
        driver.endTurn(LATER);
        assertThat(outcomes).isEmpty();

        driver.step(new Received(new Heartbeat(THIRD, SELF, 100, 0, 1), LATER));

        assertThat(outcomes).containsExactly(new ProposalResult.Unknown<>());
        assertThat(ports.events.getLast()).isEqualTo(new LeadershipEvent.Follower(100, THIRD));
    }

    @Test
    void closingAnswersWhatWaits() {
        ReplicaDriver<String> driver = leaderOfThree();
        driver.propose(Bytes.utf8("x"), Budget.CLIENT, outcomes::add);
        driver.endTurn(LATER);
        driver.close();
        driver.propose(Bytes.utf8("y"), Budget.CLIENT, outcomes::add);

        assertThat(outcomes)
                .containsExactly(new ProposalResult.Unknown<>(), new ProposalResult.Refused<>(new Refusal.Stopped()));
    }

    @Test
    void aBrokenReplicaNeitherSendsNorWritesAnyMore() {
        ReplicaDriver<String> driver = leaderOfThree();
        ports.sent.clear();
        ports.writes.clear();

        driver.fail(new IllegalStateException("broken"));
        driver.step(new Tick(2 * LATER));
        driver.endTurn(2 * LATER);

        assertThat(ports.failures).hasSize(1);
        assertThat(ports.sent).isEmpty();
        assertThat(ports.writes).isEmpty();
        assertThat(driver.leadership(Leadership.NONE)).isEqualTo(Leadership.NONE);
    }

    /** The flush thread may see what the apply thread has done before the loop hears of it. */
    @Test
    void aFlushThatIsHeardOfBeforeTheApplicationWaitsForIt() {
        ReplicaDriver<String> driver = leaderOfOne();
        driver.propose(Bytes.utf8("x"), Budget.CLIENT, outcomes::add);
        driver.endTurn(LATER);
        settle(driver, LATER);
        LogPosition applied = ports.applied.getLast().position();

        driver.flushed(applied, new RetainedLog(0, 0));

        assertThat(ports.failures).isEmpty();
        assertThat(ports.writes).isEmpty();

        driver.applied(applied.index());
        driver.release(new RetainedLog(0, 0));

        assertThat(ports.failures).isEmpty();
        assertThat(ports.writes).containsExactly(new LogWrite.Release(SELF, applied));
    }

    private ReplicaDriver<String> leaderOfOne() {
        ReplicaDriver<String> driver = driver(Membership.of(SELF));
        settle(driver, LATER);
        assertThat(driver.status().role()).isEqualTo(RoleKind.LEADER);
        return driver;
    }

    /** Ticks, and completes every write, until there is nothing left to do. */
    private void settle(ReplicaDriver<String> driver, long nowNanos) {
        driver.step(new Tick(nowNanos));
        while (!ports.writes.isEmpty()) {
            ports.takeWrites().forEach(write -> driver.written(write, nowNanos));
        }
    }

    private ReplicaDriver<String> leaderOfThree() {
        ReplicaDriver<String> driver = driver(Membership.of(SELF, SECOND, THIRD));
        settle(driver, LATER);
        for (int round = 0; round < 3; round++) {
            List<Message> asked = List.copyOf(ports.sent);
            ports.sent.clear();
            asked.forEach(message -> driver.step(new Received(granting(message), LATER)));
            settle(driver, LATER);
        }
        assertThat(driver.status().role()).isEqualTo(RoleKind.LEADER);
        return driver;
    }

    private static Message granting(Message asked) {
        return asked instanceof VoteRequest vote
                ? new VoteResponse(vote.to(), SELF, vote.term(), true)
                : new io.ostraka.raft.core.message.PreVoteResponse(asked.to(), SELF, asked.term(), true);
    }

    /** The first entries of a log, all of one term. */
    private static AppendRequest append(ReplicaId leader, long term, int count) {
        List<Entry> entries = new ArrayList<>();
        for (int index = 1; index <= count; index++) {
            entries.add(new Entry(index, term, EntryType.COMMAND, Bytes.utf8("of " + leader)));
        }
        return new AppendRequest(leader, SELF, term, LogPosition.ZERO, entries, 0, 1);
    }

    private ReplicaDriver<String> driver(Membership members) {
        RawNode node = new RawNode(RaftConfig.defaults(), SELF, Restored.fresh(members), new Random(1), 0);
        return new ReplicaDriver<>(
                SELF,
                node,
                new AppliedState(LogPosition.ZERO, members),
                new LogRetention(LogPosition.ZERO, List.of(), LogPosition.ZERO),
                ports);
    }
}
