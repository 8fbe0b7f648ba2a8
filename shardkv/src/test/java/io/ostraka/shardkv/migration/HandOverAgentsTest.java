package io.ostraka.shardkv.migration;

import static io.ostraka.shardkv.shard.GroupFixture.groups;
import static io.ostraka.shardkv.shard.GroupFixture.key;
import static io.ostraka.shardkv.shard.GroupFixture.name;
import static io.ostraka.shardkv.shard.GroupFixture.plan;
import static io.ostraka.shardkv.shard.GroupFixture.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigDelta;
import io.ostraka.proto.config.Extension;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.GroupRow;
import io.ostraka.proto.config.ShardRow;
import io.ostraka.raft.core.Bytes;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.command.GroupPlan;
import io.ostraka.shardkv.command.ShardPlan;
import io.ostraka.shardkv.command.WriteOp;
import io.ostraka.shardkv.shard.FrozenChunk;
import io.ostraka.shardkv.shard.GroupFixture;
import io.ostraka.shardkv.shard.KvResult;
import io.ostraka.shardkv.shard.ShardState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a leader's agents do, step by step: everything they promise is logged first. */
class HandOverAgentsTest {

    private static final long SECOND = 1_000_000_000L;
    private static final AgentOptions OPTIONS =
            new AgentOptions(2, 2, SECOND, 3 * SECOND, 10 * SECOND, DigestOptions.OFF);
    private static final AgentEvent TICK = new AgentEvent.Tick();

    private final GroupFixture a = new GroupFixture(1, 1);
    private final GroupFixture b = new GroupFixture(2, 2);
    private long nowNanos;

    /** A leader whose proposals are applied at once, unless {@code refused} says otherwise. */
    private final class Leader {

        private final GroupFixture group;
        private final GroupAgent agent;
        private Predicate<Command> refused = command -> false;

        Leader(GroupFixture group) {
            this.group = group;
            this.agent = new GroupAgent(
                    group.id(),
                    group.machine().view(),
                    new LogClock(group.logTimeMillis(), nowNanos),
                    OPTIONS,
                    new SplittableRandom(1),
                    nowNanos);
        }

        /** Everything done but the proposals. */
        List<AgentAction> step(AgentEvent event) {
            List<AgentAction> others = new ArrayList<>();
            Deque<AgentAction> actions = new ArrayDeque<>(agent.step(event, nowNanos));
            while (!actions.isEmpty()) {
                AgentAction action = actions.poll();
                if (!(action instanceof AgentAction.Propose propose)) {
                    others.add(action);
                } else if (refused.test(propose.command())) {
                    actions.addAll(agent.step(new AgentEvent.Proposed(propose.proposalId(), null), nowNanos));
                } else {
                    KvResult result = group.apply(propose.command());
                    actions.addAll(
                            agent.step(new AgentEvent.Applied(group.machine().view()), nowNanos));
                    actions.addAll(agent.step(new AgentEvent.Proposed(propose.proposalId(), result), nowNanos));
                }
            }
            return others;
        }

        /** Only what it reports of shards that it holds. */
        List<OwnerReport> reported(AgentEvent event) {
            return step(event).stream()
                    .filter(AgentAction.Report.class::isInstance)
                    .map(AgentAction.Report.class::cast)
                    .flatMap(report -> report.owners().stream())
                    .toList();
        }
    }

    private void born(int... shards) {
        configure(a, 1, b, shards);
        for (int shard : shards) {
            a.apply(new Command.CreateShard(shard));
            a.write(1, shard + 1, shard, put(key(shard, 0), "v" + shard));
        }
    }

    private void configure(GroupFixture owner, long epoch, @Nullable GroupFixture target, int... shards) {
        ShardPlan[] plans = new ShardPlan[shards.length];
        for (int i = 0; i < shards.length; i++) {
            plans[i] = plan(shards[i], owner, epoch, target);
        }
        a.configure(groups(a, b), plans);
        b.configure(groups(a, b), plans);
    }

    private static <T extends AgentAction> List<T> only(Class<T> type, List<AgentAction> actions) {
        return actions.stream().filter(type::isInstance).map(type::cast).toList();
    }

    private static List<TransferRequest> requests(List<AgentAction> actions) {
        return only(AgentAction.SendToSource.class, actions).stream()
                .map(AgentAction.SendToSource::request)
                .toList();
    }

    private static List<TransferReply> replies(List<AgentAction> actions) {
        return only(AgentAction.SendToImporter.class, actions).stream()
                .map(AgentAction.SendToImporter::reply)
                .toList();
    }

    private ExportName importing(int shard) {
        ShardState.Importing state = (ShardState.Importing) b.state(shard);
        return new ExportName(shard, state.epoch(), state.exportId(), a.id(), b.id());
    }

    @Test
    void claimsWhatNobodyOwns_andCreatesOnlyWhatTheConfigurationGives() {
        a.configure(groups(a), new ShardPlan(1, null, 0, a.id()));
        Leader leader = new Leader(a);

        List<AgentAction.Report> reports = only(AgentAction.Report.class, leader.step(TICK));

        assertThat(reports).extracting(AgentAction.Report::claims).containsExactly(List.of(1));
        assertThat(a.state(1)).isEqualTo(ShardState.Absent.NEVER_HELD);
        a.configure(groups(a), plan(1, a, 1, null));
        leader.step(new AgentEvent.Applied(a.machine().view()));
        assertThat(a.state(1)).isEqualTo(new ShardState.Serving(1));
    }

    @Test
    void importsNoMoreThanItsSlots_butAStalledImportYieldsItsOwn() {
        born(0, 1, 2, 3);
        Leader leader = new Leader(b);

        leader.step(TICK);
        assertThat(b.machine().view().known()).hasSize(2);

        nowNanos += 3 * SECOND;
        leader.step(TICK);
        assertThat(b.machine().view().known()).hasSize(4);
    }

    @Test
    void asksForTheFreezeOnlyAfterItsQuorumIsProved() {
        born(1);
        Leader leader = new Leader(b);
        leader.step(TICK);
        ExportName name = importing(1);

        List<AgentAction> opened = leader.step(new AgentEvent.FromSource(new TransferReply.Opened(name, 10)));
        assertThat(only(AgentAction.ProveReady.class, opened)).hasSize(1);
        assertThat(requests(opened)).isEmpty();
        assertThat(requests(leader.step(new AgentEvent.ReadyProved(name, true))))
                .containsExactly(new TransferRequest.AskFreeze(name));
    }

    @Test
    void doesNotAskForTheFreezeWithoutAQuorum() {
        born(1);
        Leader leader = new Leader(b);
        leader.step(TICK);
        ExportName name = importing(1);
        leader.step(new AgentEvent.FromSource(new TransferReply.Opened(name, 10)));

        assertThat(requests(leader.step(new AgentEvent.ReadyProved(name, false))))
                .isEmpty();
    }

    @Test
    void importerForgetsOnlyAfterTheSourceSaysThatItLoggedTheCancel() {
        born(1);
        Leader leader = new Leader(b);
        leader.step(TICK);
        ExportName name = importing(1);
        configure(a, 1, null, 1);

        List<AgentAction> asked = leader.step(new AgentEvent.Applied(b.machine().view()));
        assertThat(requests(asked)).contains(new TransferRequest.AskCancel(name));
        nowNanos += 10 * SECOND;
        leader.step(TICK);
        assertThat(b.state(1).isImporting(name)).isTrue();

        leader.step(new AgentEvent.FromSource(new TransferReply.Cancelled(name)));
        assertThat(b.state(1)).isEqualTo(new ShardState.Absent(0));
    }

    @Test
    void importerThatIsTooLateToCancelFinishes() {
        born(1);
        Leader leader = new Leader(b);
        leader.step(TICK);
        ExportName name = importing(1);
        configure(a, 1, null, 1);
        leader.step(new AgentEvent.Applied(b.machine().view()));
        leader.step(new AgentEvent.FromSource(new TransferReply.Refused(name, TransferReply.Refusal.FROZEN)));
        nowNanos += 2 * SECOND;

        assertThat(requests(leader.step(TICK))).hasOnlyElementsOfType(TransferRequest.Open.class);
    }

    @Test
    void newLeaderResumesAfterTheLastKeyThatIsLogged() {
        born(1);
        ExportName name = name(1, 1, 1, a, b);
        GroupFixture.freeze(name, a, b);
        FrozenChunk all = a.machine().readFrozen(name, Bytes.EMPTY);
        assertThat(all).isNotNull();
        Bytes first = all.items().getFirst().key();
        b.apply(new Command.ImportChunk(
                name, new Command.Span.Base(Bytes.EMPTY, false, 1), all.items().subList(0, 1)));
        Leader leader = new Leader(b);

        assertThat(requests(leader.step(TICK))).containsExactly(new TransferRequest.Open(name, first, false, 1));
    }

    @Test
    void sourceSaysCancelledOnlyOnceThatIsLogged() {
        born(1);
        ExportName name = name(1, 1, 1, a, b);
        Leader leader = new Leader(a);
        leader.refused = command -> command instanceof Command.CancelExport;

        assertThat(replies(leader.step(new AgentEvent.FromImporter(7, new TransferRequest.AskCancel(name)))))
                .containsExactly(new TransferReply.Refused(name, TransferReply.Refusal.RETRY_AFTER));

        leader.refused = command -> false;
        assertThat(replies(leader.step(new AgentEvent.FromImporter(7, new TransferRequest.AskCancel(name)))))
                .containsExactly(new TransferReply.Cancelled(name));
        assertThat(replies(leader.step(
                        new AgentEvent.FromImporter(8, new TransferRequest.Open(name, Bytes.EMPTY, false, 0)))))
                .containsExactly(new TransferReply.Cancelled(name));
    }

    @Test
    void cancelAtAnEpochThatNobodyCanHavePlannedIsRefusedBeforeTheLog() {
        born(1);
        ExportName name = name(1, 2, 1, a, b);
        Leader leader = new Leader(a);
        int entries = a.log().size();

        assertThat(replies(leader.step(new AgentEvent.FromImporter(7, new TransferRequest.AskCancel(name)))))
                .containsExactly(new TransferReply.Refused(name, TransferReply.Refusal.RETRY_AFTER));
        assertThat(a.log()).hasSize(entries);
    }

    @Test
    void sourceWhoseConfigurationLagsAsksToTryAgain() {
        born(1);
        a.configure(groups(a, b), plan(1, a, 1, null));
        ExportName name = name(1, 1, 1, a, b);
        Leader leader = new Leader(a);

        assertThat(replies(leader.step(
                        new AgentEvent.FromImporter(7, new TransferRequest.Open(name, Bytes.EMPTY, false, 0)))))
                .containsExactly(new TransferReply.Refused(name, TransferReply.Refusal.RETRY_AFTER));
        assertThat(a.state(1)).isEqualTo(new ShardState.Serving(1));
    }

    @Test
    void sourceCancelsAnExportWhosePlanWasDropped() {
        born(1);
        ExportName name = name(1, 1, 1, a, b);
        a.apply(new Command.BeginExport(name));
        a.configure(groups(a, b), plan(1, a, 1, null));

        new Leader(a).step(TICK);

        assertThat(a.state(1)).isEqualTo(new ShardState.Serving(1));
        assertThat(a.apply(new Command.Freeze(name))).isInstanceOf(KvResult.Ignored.class);
    }

    @Test
    void sourceKeepsItsFrozenCopyUntilTheSuccessorHasActivated() {
        born(1);
        ExportName name = name(1, 1, 1, a, b);
        GroupFixture.freeze(name, a, b);
        Leader leader = new Leader(a);
        leader.step(TICK);
        configure(a, 1, null, 1);
        leader.step(new AgentEvent.Applied(a.machine().view()));
        assertThat(a.state(1).isFrozenFor(name)).isTrue();

        List<AgentAction> told = leader.step(new AgentEvent.FromImporter(3, new TransferRequest.Activated(name)));

        assertThat(replies(told)).containsExactly(new TransferReply.CleanedUp(name));
        assertThat(a.state(1)).isEqualTo(new ShardState.Absent(2));
    }

    @Test
    void sourceCleansUpWhenItsConfigurationShowsTheSuccessor() {
        born(1);
        GroupFixture.freeze(name(1, 1, 1, a, b), a, b);
        configure(b, 2, null, 1);

        new Leader(a).step(TICK);

        assertThat(a.state(1)).isEqualTo(new ShardState.Absent(2));
    }

    @Test
    void chunksAreReadOnlyWithinTheWindow() {
        born(1);
        for (int i = 1; i <= 6; i++) {
            a.write(2, i, 1, new WriteOp.Put(key(1, i), Bytes.wrap(new byte[200_000]), 0));
        }
        ExportName name = name(1, 1, 1, a, b);
        Leader leader = new Leader(a);
        leader.step(new AgentEvent.FromImporter(7, new TransferRequest.Open(name, Bytes.EMPTY, false, 0)));
        Deque<AgentAction> actions =
                new ArrayDeque<>(leader.step(new AgentEvent.FromImporter(7, new TransferRequest.AskFreeze(name))));
        int chunks = 0;
        while (!actions.isEmpty()) {
            AgentAction action = actions.poll();
            if (action instanceof AgentAction.ReadFrozen read) {
                chunks++;
                FrozenChunk chunk = a.machine().readFrozen(name, read.afterKey());
                actions.addAll(leader.step(new AgentEvent.FrozenRead(7, name, chunk)));
            }
        }

        assertThat(chunks).isEqualTo(OPTIONS.chunkWindow());
        assertThat(only(
                        AgentAction.ReadFrozen.class,
                        leader.step(new AgentEvent.FromImporter(7, new TransferRequest.Progress(name, 1)))))
                .hasSize(1);
    }

    /** An importer that claimed to have logged more than was sent got the whole shard into the source's memory. */
    @Test
    void importerThatClaimsMoreThanItWasSentGetsNoFurtherChunk() {
        born(1);
        ExportName name = name(1, 1, 1, a, b);
        Leader leader = new Leader(a);
        leader.step(new AgentEvent.FromImporter(7, new TransferRequest.Open(name, Bytes.EMPTY, false, 0)));
        leader.step(new AgentEvent.FromImporter(7, new TransferRequest.AskFreeze(name)));

        List<AgentAction> claimed =
                leader.step(new AgentEvent.FromImporter(7, new TransferRequest.Progress(name, Long.MAX_VALUE)));
        List<AgentAction> read =
                leader.step(new AgentEvent.FrozenRead(7, name, a.machine().readFrozen(name, Bytes.EMPTY)));

        assertThat(replies(claimed))
                .containsExactly(new TransferReply.Refused(name, TransferReply.Refusal.RETRY_AFTER));
        assertThat(read).isEmpty();
    }

    @Test
    void arrivedShardIsReportedAtOnce_andUntilTheConfigurationShowsIt() {
        born(1);
        GroupFixture.handOver(name(1, 1, 1, a, b), a, b);
        Leader leader = new Leader(b);

        assertThat(leader.reported(TICK))
                .containsExactly(
                        new OwnerReport(1, 2, b.machine().view().config().revision(), b.state(1)));
        nowNanos += SECOND;
        assertThat(leader.reported(TICK)).hasSize(1);
        configure(b, 2, null, 1);
        leader.step(new AgentEvent.Applied(b.machine().view()));
        nowNanos += SECOND;
        assertThat(leader.reported(TICK)).isEmpty();
    }

    /** The news went to a former leader that hung, over and over on the stream that had been opened to it. */
    @Test
    void sourceThatDoesNotAnswerIsToldOnAnotherStreamThatTheShardHasArrived() {
        born(1);
        ExportName name = name(1, 1, 1, a, b);
        GroupFixture.handOver(name, a, b);
        Leader leader = new Leader(b);
        assertThat(leader.step(TICK))
                .contains(new AgentAction.SendToSource(new TransferRequest.Activated(name)))
                .doesNotHaveAnyElementsOfTypes(AgentAction.CloseSource.class);
        assertThat(requests(leader.step(TICK))).isEmpty();

        nowNanos += SECOND;
        assertThat(leader.step(TICK))
                .containsSubsequence(
                        new AgentAction.CloseSource(name, true),
                        new AgentAction.SendToSource(new TransferRequest.Activated(name)));

        leader.step(new AgentEvent.FromSource(new TransferReply.Refused(name, TransferReply.Refusal.RETRY_AFTER)));
        nowNanos += SECOND;
        assertThat(leader.step(TICK))
                .containsSubsequence(
                        new AgentAction.CloseSource(name, false),
                        new AgentAction.SendToSource(new TransferRequest.Activated(name)));
    }

    @Test
    void whileAGroupLeavesOnlyTheHolderOfATokenReports() {
        born(1, 2, 3);
        GroupFixture.freeze(name(1, 1, 1, a, b), a, b);
        a.apply(new Command.BeginExport(name(2, 1, 2, a, b)));
        a.configure(
                List.of(new GroupPlan(a.id(), false), new GroupPlan(b.id(), true)),
                plan(1, a, 1, b),
                plan(2, a, 1, b),
                plan(3, a, 1, null));
        Leader leader = new Leader(a);
        long revision = a.machine().view().config().revision();

        assertThat(leader.reported(TICK))
                .containsExactly(
                        new OwnerReport(2, 1, revision, a.state(2)), new OwnerReport(3, 1, revision, a.state(3)));
    }

    @Test
    void configurationsAreProposedInOrder_andInFullWhereOneIsMissing() {
        Leader leader = new Leader(a);
        ClusterConfig founded = ClusterConfig.founded(9, GroupFixture.SHARDS);
        ConfigDelta second = delta(founded, 1);
        ClusterConfig atSecond = after(founded, second);
        ConfigDelta third = delta(atSecond, 2);
        ClusterConfig atThird = after(atSecond, third);
        ConfigDelta fourth = delta(atThird, 3);

        leader.step(new AgentEvent.ConfigSeen(atSecond));
        assertThat(a.machine().view().config().revision()).isEqualTo(2);
        leader.step(new AgentEvent.ConfigExtended(third, atThird));
        assertThat(a.machine().view().config().revision()).isEqualTo(3);
        GroupFixture other = new GroupFixture(7, 7);
        Leader late = new Leader(other);
        late.step(new AgentEvent.ConfigExtended(fourth, after(atThird, fourth)));
        assertThat(other.machine().view().config().revision()).isEqualTo(4);
        assertThat(other.machine().view().config().groups()).hasSize(3);
    }

    private static ConfigDelta delta(ClusterConfig before, long gid) {
        GroupRow group = new GroupRow(new GroupRef(gid, gid), false, 1, List.of());
        ShardRow shard = ShardRow.unborn(0).withTarget(group.ref());
        return ConfigDelta.extending(
                before, gid, new ConfigDelta.Rows(List.of(shard), List.of(group), List.of(), List.of()));
    }

    private static ClusterConfig after(ClusterConfig before, ConfigDelta delta) {
        return ((Extension.Extended) before.apply(delta)).config();
    }

    @Test
    void timeMovesOnWhenAKeyFallsDue_andThenItIsPurged() {
        born(1);
        a.write(3, 1, 1, new WriteOp.Put(key(1, 2), Bytes.utf8("x"), 2_000));
        Leader leader = new Leader(a);
        leader.step(TICK);
        assertThat(a.get(1, key(1, 2))).isEqualTo("x");

        nowNanos += 2 * SECOND;
        a.pass(2_000);
        leader.step(TICK);
        assertThat(a.get(1, key(1, 2))).isNull();
        leader.step(TICK);
        assertThat(a.machine().view().shard(1).size().keys()).isEqualTo(1);
    }
}
