package io.ostraka.shardkv.migration;

import static io.ostraka.shardkv.shard.GroupFixture.groups;
import static io.ostraka.shardkv.shard.GroupFixture.plan;
import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.Digest;
import io.ostraka.shardkv.session.SessionOptions;
import io.ostraka.shardkv.shard.GroupFixture;
import io.ostraka.shardkv.shard.KvResult;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How a leader has its replicas compare what they hold, one event at a time. */
class DigestRoundsTest {

    private static final long TICK_NANOS = 50_000_000;
    private static final long SECOND = 1_000_000_000L;
    private static final DigestOptions EVERY_SECOND = new DigestOptions(SECOND, SECOND / 2, 5 * SECOND);
    private static final ReplicaId SELF = new ReplicaId(1);
    private static final ReplicaId SECOND_ONE = new ReplicaId(2);
    private static final ReplicaId THIRD = new ReplicaId(3);
    private static final DigestAnswer RIGHT = new DigestAnswer.Computed(new Digest(1, 1));
    private static final DigestAnswer OTHER = new DigestAnswer.Computed(new Digest(2, 2));

    private final List<Command> logged = new ArrayList<>();
    private final List<String> alarms = new ArrayList<>();
    private final List<AgentAction.AskDigests> asked = new ArrayList<>();
    private GroupFixture group;
    private GroupAgent agent;
    private long nowNanos;

    /** What the log does not take. */
    private Predicate<Command> refused = command -> false;

    /** What replicas answer; null for nothing. */
    private BiFunction<ReplicaId, Long, @Nullable DigestAnswer> answers = (replica, index) -> RIGHT;

    private void lead(Membership members, DigestOptions options) {
        group = new GroupFixture(1, 1, SessionOptions.DEFAULT, members);
        group.configure(groups(group), plan(1, group, 1, null), plan(3, group, 1, null));
        group.apply(new Command.CreateShard(1));
        group.apply(new Command.CreateShard(3));
        agent = new GroupAgent(
                group.id(),
                group.machine().view(),
                new LogClock(group.logTimeMillis(), 0),
                AgentOptions.DEFAULT.withDigests(options),
                new SplittableRandom(1),
                0);
    }

    @BeforeEach
    void oneOfThreeLeads() {
        lead(Membership.of(SELF, SECOND_ONE, THIRD), EVERY_SECOND);
    }

    private void pass(long nanos) {
        for (long until = nowNanos + nanos; nowNanos < until; ) {
            nowNanos += TICK_NANOS;
            carryOut(agent.step(new AgentEvent.Tick(), nowNanos));
        }
    }

    private void carryOut(List<AgentAction> actions) {
        for (AgentAction action : actions) {
            switch (action) {
                case AgentAction.Propose(long proposalId, Command command, boolean ignored) -> {
                    KvResult result = refused.test(command) ? null : log(command);
                    carryOut(agent.step(new AgentEvent.Proposed(proposalId, result), nowNanos));
                }
                case AgentAction.AskDigests ask -> {
                    asked.add(ask);
                    for (ReplicaId replica : ask.replicas()) {
                        DigestAnswer answer = answers.apply(replica, ask.index());
                        if (answer != null) {
                            carryOut(agent.step(new AgentEvent.DigestAnswered(replica, ask.index(), answer), nowNanos));
                        }
                    }
                }
                case AgentAction.Alarm(String message) -> alarms.add(message);
                default -> {}
            }
        }
    }

    private KvResult log(Command command) {
        logged.add(command);
        KvResult result = group.apply(command);
        carryOut(agent.step(new AgentEvent.Applied(group.machine().view()), nowNanos));
        return result;
    }

    private List<Integer> digested() {
        return logged.stream()
                .filter(Command.TakeDigest.class::isInstance)
                .map(command -> ((Command.TakeDigest) command).shard())
                .toList();
    }

    private List<Command> quarantined() {
        return logged.stream().filter(Command.Quarantine.class::isInstance).toList();
    }

    @Test
    void shardsThatAreHeldAreComparedInTurn_oneAPause() {
        pass(5 * SECOND);

        assertThat(digested()).hasSizeBetween(3, 5);
        assertThat(new TreeSet<>(digested())).containsExactly(1, 3);
        for (int i = 1; i < digested().size(); i++) {
            assertThat(digested().get(i)).isNotEqualTo(digested().get(i - 1));
        }
        assertThat(quarantined()).isEmpty();
        assertThat(alarms).isEmpty();
    }

    @Test
    void whoDiffersFromAMajorityIsQuarantined() {
        answers = (replica, index) -> replica.equals(THIRD) ? OTHER : RIGHT;

        pass(SECOND + TICK_NANOS);

        long index = asked.getFirst().index();
        assertThat(quarantined())
                .containsExactly(new Command.Quarantine(THIRD, digested().getFirst(), index));
        assertThat(alarms).hasSize(1);
    }

    /** A leader that is to hand over refuses all proposals, and may stay nevertheless. */
    @Test
    void verdictThatTheLogDoesNotTakeIsSaidAgain_andNothingIsComparedBefore() {
        answers = (replica, index) -> replica.equals(THIRD) ? OTHER : RIGHT;
        refused = Command.Quarantine.class::isInstance;

        pass(5 * SECOND);
        assertThat(quarantined()).isEmpty();
        assertThat(digested()).hasSize(1);

        refused = command -> false;
        answers = (replica, index) -> replica.equals(THIRD) ? new DigestAnswer.Quarantined() : RIGHT;
        pass(5 * SECOND);
        assertThat(quarantined()).hasSize(1);
        assertThat(digested()).hasSizeGreaterThan(1);
    }

    @Test
    void leaderThatDiffersSaysSoItself() {
        answers = (replica, index) -> replica.equals(SELF) ? OTHER : RIGHT;

        pass(SECOND + TICK_NANOS);

        assertThat(quarantined()).hasSize(1);
        assertThat(group.machine().quarantinedAt()).isNotNull();
    }

    @Test
    void withoutAMajorityNobodyIsQuarantined_andAnOperatorIsTold() {
        answers = (replica, index) -> new DigestAnswer.Computed(new Digest(replica.value(), 0));

        pass(SECOND + TICK_NANOS);

        assertThat(quarantined()).isEmpty();
        assertThat(alarms).singleElement().asString().contains("nobody can tell");
    }

    /** Two of three must agree; one of them has no say, so the two others cannot outvote each other. */
    @Test
    void whoIsQuarantinedHasNoSay() {
        answers = (replica, index) ->
                replica.equals(SECOND_ONE) ? new DigestAnswer.Quarantined() : replica.equals(THIRD) ? OTHER : RIGHT;

        pass(SECOND + TICK_NANOS);

        assertThat(quarantined()).isEmpty();
        assertThat(alarms).hasSize(1);
    }

    @Test
    void replicaThatStillReadsIsWaitedFor_andAskedAgainNowAndThen() {
        answers = (replica, index) -> replica.equals(THIRD) ? new DigestAnswer.Pending() : RIGHT;

        pass(20 * SECOND);
        assertThat(digested()).hasSize(1);
        assertThat(asked).hasSizeBetween(20, 41);
        assertThat(asked.getLast().replicas()).containsExactly(THIRD);

        answers = (replica, index) -> replica.equals(THIRD) ? OTHER : RIGHT;
        pass(SECOND);

        assertThat(quarantined()).hasSize(1);
    }

    @Test
    void replicaThatSaysNothingIsDoneWithoutAfterAWhile() {
        lead(Membership.of(SELF, SECOND_ONE, THIRD, new ReplicaId(4), new ReplicaId(5)), EVERY_SECOND);
        answers = (replica, index) -> replica.equals(SECOND_ONE) ? null : replica.equals(THIRD) ? OTHER : RIGHT;

        pass(4 * SECOND);
        assertThat(quarantined()).isEmpty();
        pass(3 * SECOND);

        assertThat(quarantined()).hasSize(1);
    }

    @Test
    void replicaThatMissedTheEntryIsDoneWithoutAtOnce() {
        answers = (replica, index) -> replica.equals(THIRD) ? new DigestAnswer.Gone() : RIGHT;

        pass(3 * SECOND);

        assertThat(digested()).hasSizeGreaterThan(1);
    }

    @Test
    void answerOfAnEarlierRoundIsNotCounted() {
        answers = (replica, index) -> replica.equals(THIRD) ? new DigestAnswer.Pending() : RIGHT;
        pass(2 * SECOND);
        long index = asked.getFirst().index();

        carryOut(agent.step(new AgentEvent.DigestAnswered(THIRD, index - 1, OTHER), nowNanos));

        assertThat(quarantined()).isEmpty();
        carryOut(agent.step(new AgentEvent.DigestAnswered(THIRD, index, OTHER), nowNanos));
        assertThat(quarantined()).hasSize(1);
    }

    @Test
    void soleReplicaComparesNothing() {
        lead(Membership.of(SELF), EVERY_SECOND);

        pass(10 * SECOND);

        assertThat(digested()).isEmpty();
    }

    @Test
    void nothingIsComparedWhereThatIsOff() {
        lead(Membership.of(SELF, SECOND_ONE, THIRD), DigestOptions.OFF);

        pass(10 * SECOND);

        assertThat(digested()).isEmpty();
    }
}
