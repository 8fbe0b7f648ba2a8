package io.ostraka.shardkv.migration;

import static io.ostraka.shardkv.shard.GroupFixture.groups;
import static io.ostraka.shardkv.shard.GroupFixture.groupsAndRetired;
import static io.ostraka.shardkv.shard.GroupFixture.lost;
import static io.ostraka.shardkv.shard.GroupFixture.name;
import static io.ostraka.shardkv.shard.GroupFixture.plan;
import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.proto.config.ShardRecovery;
import io.ostraka.raft.core.Bytes;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.command.ShardPlan;
import io.ostraka.shardkv.shard.GroupFixture;
import io.ostraka.shardkv.shard.KvResult;
import io.ostraka.shardkv.shard.ShardState;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What leaders do on their own when a group was given up for dead. */
class RecoveryAgentsTest {

    private static final long SECOND = 1_000_000_000L;
    private static final int SHARD = 1;

    private final GroupFixture a = new GroupFixture(1, 1);
    private final GroupFixture b = new GroupFixture(2, 2);
    private final ExportName toB = name(SHARD, 1, 1, a, b);
    private long nowNanos;

    /** What a new leader proposes and does at once. */
    private List<AgentAction> tick(GroupFixture group) {
        GroupAgent agent = leader(group);
        nowNanos += SECOND;
        return agent.step(new AgentEvent.Tick(), nowNanos);
    }

    private GroupAgent leader(GroupFixture group) {
        AgentOptions options = new AgentOptions(2, 2, SECOND, 3 * SECOND, 10 * SECOND, DigestOptions.OFF);
        return new GroupAgent(
                group.id(),
                group.machine().view(),
                new LogClock(0, nowNanos),
                options,
                new SplittableRandom(1),
                nowNanos);
    }

    private static List<Command> proposed(List<AgentAction> actions) {
        List<Command> commands = new ArrayList<>();
        for (AgentAction action : actions) {
            if (action instanceof AgentAction.Propose propose) {
                commands.add(propose.command());
            }
        }
        return commands;
    }

    private static List<OwnerReport> copies(List<AgentAction> actions) {
        List<OwnerReport> copies = new ArrayList<>();
        for (AgentAction action : actions) {
            if (action instanceof AgentAction.Report report) {
                copies.addAll(report.copies());
            }
        }
        return copies;
    }

    private void born() {
        for (GroupFixture group : List.of(a, b)) {
            group.configure(groups(a, b), plan(SHARD, a, 1, b));
        }
        a.apply(new Command.CreateShard(SHARD));
    }

    @Test
    void leaderSaysWhatItsLogHasOfAShardThatIsBeingRecovered() {
        b.configure(groupsAndRetired(a, b), lost(SHARD, a, 1, ShardRecovery.PENDING));
        long revision = b.machine().view().config().revision();

        assertThat(copies(tick(b))).containsExactly(new OwnerReport(SHARD, 0, revision, ShardState.Absent.NEVER_HELD));
    }

    @Test
    void leaderWhoseGroupHasTheTokenSaysSoWhileTheShardIsBeingRecovered() {
        born();
        a.configure(groupsAndRetired(b, a), lost(SHARD, a, 1, ShardRecovery.PENDING));
        long revision = a.machine().view().config().revision();

        assertThat(tick(a))
                .filteredOn(AgentAction.Report.class::isInstance)
                .containsExactly(new AgentAction.Report(
                        List.of(),
                        List.of(new OwnerReport(SHARD, 1, revision, new ShardState.Serving(1))),
                        List.of(),
                        List.of(new SizeReport(SHARD, 0, 0))));
    }

    @Test
    void leaderOfAGroupThatHasNothingToSaySaysAtOnceThatItIsThere() {
        b.configure(groups(a, b), plan(SHARD, a, 1, null));

        assertThat(tick(b)).containsExactly(new AgentAction.Report(List.of(), List.of(), List.of(), List.of()));
    }

    @Test
    void nothingIsFedToAGroupThatWasGivenUp() {
        born();
        GroupFixture.freeze(toB, a, b);
        GroupAgent leader = leader(a);
        leader.step(new AgentEvent.FromImporter(1, new TransferRequest.Open(toB, Bytes.EMPTY, false, 0)), nowNanos);
        a.configure(groupsAndRetired(b, a), lost(SHARD, a, 1, ShardRecovery.PENDING));
        leader.step(new AgentEvent.Applied(a.machine().view()), nowNanos);

        List<AgentAction> toLate = new ArrayList<>(
                leader.step(new AgentEvent.FromImporter(1, new TransferRequest.AskFreeze(toB)), nowNanos));
        toLate.addAll(leader.step(
                new AgentEvent.FromImporter(2, new TransferRequest.Open(toB, Bytes.EMPTY, false, 0)), nowNanos));

        TransferReply refused = new TransferReply.Refused(toB, TransferReply.Refusal.RETRY_AFTER);
        assertThat(toLate)
                .filteredOn(action -> !(action instanceof AgentAction.Report))
                .containsExactly(
                        new AgentAction.SendToImporter(1, refused), new AgentAction.SendToImporter(2, refused));
    }

    @Test
    void everyLostShardIsTold() {
        ShardPlan[] all = new ShardPlan[GroupFixture.SHARDS];
        for (int shard = 0; shard < all.length; shard++) {
            all[shard] = lost(shard, a, 1, ShardRecovery.PENDING);
        }
        b.configure(groupsAndRetired(a, b), all);

        assertThat(copies(tick(b))).extracting(OwnerReport::shard).containsExactly(0, 1, 2, 3);
    }

    @Test
    void copyThatIsFrozenIsToldForAnOperatorToKnow() {
        born();
        GroupFixture.freeze(toB, a, b);

        assertThat(copies(tick(a))).extracting(OwnerReport::state).containsExactly(a.state(SHARD));
        assertThat(copies(tick(b))).extracting(OwnerReport::state).containsExactly(b.state(SHARD));
    }

    @Test
    void leaderOfTheNamedGroupGoesOnWithTheShard() {
        b.configure(groupsAndRetired(a, b), lost(SHARD, b, 3, ShardRecovery.EMPTY));

        assertThat(proposed(tick(b))).containsExactly(new Command.RecoverShard(SHARD, 3));
    }

    @Test
    void importFromADeadGroupIsForgottenFirst() {
        born();
        b.apply(new Command.BeginImport(toB));
        b.configure(groupsAndRetired(a, b), lost(SHARD, b, 3, ShardRecovery.EMPTY));

        assertThat(proposed(tick(b))).containsExactly(new Command.ForgetImport(toB, Command.ForgetProof.SOURCE_GONE));
    }

    @Test
    void exportToADeadGroupIsCancelled() {
        born();
        a.apply(new Command.BeginExport(toB));
        a.configure(groupsAndRetired(b, a), lost(SHARD, a, 1, ShardRecovery.PENDING));

        assertThat(proposed(tick(a))).containsExactly(new Command.CancelExport(toB));
    }

    @Test
    void frozenCopyOfADeadGroupIsKeptUntilAnotherLogHasTheShard() {
        born();
        GroupFixture.freeze(toB, a, b);
        a.configure(groupsAndRetired(b, a), lost(SHARD, b, 2, ShardRecovery.PENDING));
        assertThat(proposed(tick(a))).isEmpty();

        a.configure(groupsAndRetired(b, a), plan(SHARD, new GroupFixture(3, 3), 4, null));
        assertThat(proposed(tick(a))).containsExactly(new Command.CleanUp(toB));
    }

    @Test
    void noImportBeginsFromADeadGroupOrOfAShardThatIsBeingRecovered() {
        b.configure(groupsAndRetired(a, b), plan(SHARD, a, 1, b));
        assertThat(proposed(tick(b))).isEmpty();

        GroupFixture c = new GroupFixture(3, 3);
        b.configure(groupsAndRetired(a, b, c), new ShardPlan(SHARD, c.id(), 1, b.id(), ShardRecovery.PENDING));
        assertThat(proposed(tick(b))).isEmpty();
    }

    /** The recovery waits for the last word of a group that imports from one that lives. */
    @Test
    void importOfAShardThatIsBeingRecoveredIsCancelledAtItsSource() {
        born();
        GroupFixture.handOver(toB, a, b);
        GroupFixture c = new GroupFixture(3, 3);
        ExportName toC = name(SHARD, 1, 7, a, c);
        a.configure(groupsAndRetired(b, a, c), new ShardPlan(SHARD, a.id(), 1, c.id(), ShardRecovery.PENDING));
        GroupAgent leader = leader(a);

        List<AgentAction> toOpen = leader.step(
                new AgentEvent.FromImporter(1, new TransferRequest.Open(toC, Bytes.EMPTY, false, 0)), nowNanos);
        List<AgentAction> toCancel = carryOut(leader, toOpen, new Command.BeginExport(toC));
        List<AgentAction> toSay = carryOut(leader, toCancel, new Command.CancelExport(toC));

        assertThat(toSay).contains(new AgentAction.SendToImporter(1, new TransferReply.Cancelled(toC)));
    }

    /** Applies the proposal that is expected, and tells the leader what came of it. */
    private List<AgentAction> carryOut(GroupAgent leader, List<AgentAction> actions, Command expected) {
        assertThat(proposed(actions)).contains(expected);
        for (AgentAction action : actions) {
            if (action instanceof AgentAction.Propose propose
                    && propose.command().equals(expected)) {
                KvResult result = a.apply(expected);
                leader.step(new AgentEvent.Applied(a.machine().view()), nowNanos);
                return leader.step(new AgentEvent.Proposed(propose.proposalId(), result), nowNanos);
            }
        }
        throw new AssertionError("nothing of this kind is proposed");
    }

    @Test
    void leaderOfAGroupThatWasGivenUpFallsSilent() {
        born();
        a.apply(new Command.BeginExport(toB));
        a.configure(groupsAndRetired(a, b), lost(SHARD, a, 1, ShardRecovery.PENDING));

        nowNanos += 60 * SECOND;
        assertThat(tick(a)).isEmpty();
    }
}
