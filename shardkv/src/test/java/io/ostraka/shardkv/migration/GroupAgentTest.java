package io.ostraka.shardkv.migration;

import static io.ostraka.shardkv.shard.GroupFixture.groups;
import static io.ostraka.shardkv.shard.GroupFixture.plan;
import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ClusterTerms;
import io.ostraka.proto.config.ConfigDelta;
import io.ostraka.proto.config.Extension;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.GroupRow;
import io.ostraka.proto.config.LostMaps;
import io.ostraka.proto.config.RestoreStage;
import io.ostraka.proto.config.ShardRow;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.shard.GroupFixture;
import io.ostraka.shardkv.shard.KvResult;
import io.ostraka.shardkv.shard.ShardState;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the leader of an importing group does on its own, one event at a time. */
class GroupAgentTest {

    private static final long TICK_NANOS = 50_000_000;
    private static final AgentOptions ONE_AT_A_TIME =
            new AgentOptions(1, 8, 500_000_000L, 3_000_000_000L, 10_000_000_000L, DigestOptions.OFF);

    private final GroupFixture silent = new GroupFixture(1, 1);
    private final GroupFixture alive = new GroupFixture(2, 2);
    private final GroupFixture importer = new GroupFixture(3, 3);
    private final List<TransferRequest> sent = new ArrayList<>();
    private final List<AgentAction.CloseSource> closed = new ArrayList<>();
    private GroupAgent agent;
    private long nowNanos;

    @BeforeEach
    void twoShardsArePlannedToTheImporter() {
        importer.configure(groups(silent, alive, importer), plan(0, silent, 1, importer), plan(1, alive, 1, importer));
        agent = new GroupAgent(
                importer.id(),
                importer.machine().view(),
                new LogClock(importer.logTimeMillis(), 0),
                ONE_AT_A_TIME,
                new SplittableRandom(1),
                0);
    }

    /** One source that hung held up every other move, and every later configuration. */
    @Test
    void d16_sourceThatNeverAnswersHoldsUpNoOtherShard() {
        tick();
        assertThat(importer.state(0)).isInstanceOf(ShardState.Importing.class);
        assertThat(importer.state(1)).isInstanceOf(ShardState.Absent.class);

        while (nowNanos <= ONE_AT_A_TIME.stallNanos()) {
            tick();
        }

        assertThat(importer.state(1)).isInstanceOf(ShardState.Importing.class);
        sent.clear();
        for (int i = 0; i < 40; i++) {
            tick();
        }
        assertThat(sent).anyMatch(request -> asksFor(request, alive)).anyMatch(request -> asksFor(request, silent));
    }

    @Test
    void d16_sourceThatNeverAnswersHoldsUpNoLaterConfiguration() {
        tick();
        assertThat(importer.state(0)).isInstanceOf(ShardState.Importing.class);
        long before = importer.machine().view().config().revision();

        ClusterConfig later = ClusterConfig.founded(9, GroupFixture.SHARDS);
        while (later.revision() <= before) {
            later = joined(later);
        }
        carryOut(agent.step(new AgentEvent.ConfigSeen(later), nowNanos));

        assertThat(importer.machine().view().config().revision()).isEqualTo(later.revision());
        assertThat(importer.state(0)).isInstanceOf(ShardState.Importing.class);
    }

    @Test
    void configurationOfControllersThatStillAskIsNotTaken_butAnsweredWithAllThatTheLogHas() {
        long before = importer.machine().view().config().revision();
        ClusterConfig backup = ClusterConfig.founded(9, GroupFixture.SHARDS);
        ClusterTerms terms = new ClusterTerms(3, RestoreStage.HEARING, List.of(new LostMaps(0, 1_000)));
        ClusterConfig asking = backup.restored(1_000, 1_000_000, terms, backup.shards(), backup.directory());
        carryOut(agent.step(new AgentEvent.ConfigSeen(asking), nowNanos));

        nowNanos += TICK_NANOS;
        List<AgentAction> actions = agent.step(new AgentEvent.Tick(), nowNanos);

        assertThat(importer.machine().view().config().revision()).isEqualTo(before);
        assertThat(actions)
                .contains(new AgentAction.ReportKnown(importer.machine().view().config()));
        assertThat(actions)
                .filteredOn(AgentAction.Report.class::isInstance)
                .singleElement()
                .satisfies(report -> assertThat(((AgentAction.Report) report).copies())
                        .extracting(OwnerReport::shard)
                        .containsExactly(0, 1, 2, 3));
    }

    /** With one group more, and the groups of this test with the plan that one of them imports shard 0. */
    private ClusterConfig joined(ClusterConfig before) {
        long gid = 100 + before.num();
        List<GroupRow> groups = new ArrayList<>();
        groups.add(new GroupRow(new GroupRef(gid, gid), false, 1, List.of()));
        for (GroupFixture each : List.of(silent, alive, importer)) {
            groups.add(new GroupRow(new GroupRef(each.id().gid(), each.id().incarnation()), false, 1, List.of()));
        }
        GroupRef source = new GroupRef(silent.id().gid(), silent.id().incarnation());
        GroupRef target = new GroupRef(importer.id().gid(), importer.id().incarnation());
        ShardRow shard = ShardRow.unborn(0).withOwner(source, 1).withTarget(target);
        ConfigDelta delta = ConfigDelta.extending(
                before, before.num() + 1, new ConfigDelta.Rows(List.of(shard), groups, List.of(), List.of()));
        return ((Extension.Extended) before.apply(delta)).config();
    }

    /** A source that hung was asked again and again without a pause. */
    @Test
    void d12_silentSourceIsAskedAgainWithPauses() {
        long seconds = 10;
        while (nowNanos < seconds * 1_000_000_000L) {
            tick();
        }

        long asked = sent.stream().filter(request -> asksFor(request, silent)).count();
        assertThat(asked).isBetween(2L, seconds * 1_000_000_000L / ONE_AT_A_TIME.retryNanos() + 1);
    }

    /** What the source could not give was asked for again at once, each time by two entries in either log. */
    @Test
    void planThatTheSourceCancelsIsTriedAgainWithPauses() {
        long seconds = 5;
        while (nowNanos < seconds * 1_000_000_000L) {
            int before = sent.size();
            tick();
            for (TransferRequest request : List.copyOf(sent.subList(before, sent.size()))) {
                carryOut(agent.step(new AgentEvent.FromSource(new TransferReply.Cancelled(request.name())), nowNanos));
            }
        }

        long asked = sent.stream().filter(request -> asksFor(request, silent)).count();
        assertThat(asked).isBetween(2L, seconds * 1_000_000_000L / ONE_AT_A_TIME.retryNanos() + 1);
    }

    /** The one connection to a source's leader that hung was tried for ever, the shard being frozen meanwhile. */
    @Test
    void sourceThatOwesAnAnswerIsCalledSilent() {
        tick();
        while (nowNanos < 2 * ONE_AT_A_TIME.retryNanos()) {
            tick();
        }

        assertThat(closed).isNotEmpty().allMatch(AgentAction.CloseSource::silent);
    }

    @Test
    void sourceIsNotCalledSilentWhileThisGroupsOwnQuorumIsSlow() {
        tick();
        carryOut(agent.step(new AgentEvent.FromSource(new TransferReply.Opened(importing(), 1)), nowNanos));
        while (nowNanos < 2 * ONE_AT_A_TIME.retryNanos() && closed.isEmpty()) {
            tick();
        }

        assertThat(closed).hasSize(1).noneMatch(AgentAction.CloseSource::silent);
    }

    @Test
    void sourceThatRefusesIsNotCalledSilent() {
        tick();
        TransferReply refused = new TransferReply.Refused(importing(), TransferReply.Refusal.RETRY_AFTER);
        carryOut(agent.step(new AgentEvent.FromSource(refused), nowNanos));

        assertThat(closed).hasSize(1).noneMatch(AgentAction.CloseSource::silent);
    }

    private ExportName importing() {
        ShardState.Importing state = (ShardState.Importing) importer.state(0);
        return new ExportName(0, state.epoch(), state.exportId(), silent.id(), importer.id());
    }

    private static boolean asksFor(TransferRequest request, GroupFixture source) {
        return request instanceof TransferRequest.Open
                && request.name().source().equals(source.id());
    }

    private void tick() {
        nowNanos += TICK_NANOS;
        carryOut(agent.step(new AgentEvent.Tick(), nowNanos));
    }

    /** Applies what is proposed at once; whatever is sent gets no answer. */
    private void carryOut(List<AgentAction> actions) {
        for (AgentAction action : actions) {
            if (action instanceof AgentAction.Propose(long proposalId, Command command, boolean ignored)) {
                KvResult result = importer.apply(command);
                List<AgentAction> next = new ArrayList<>(
                        agent.step(new AgentEvent.Applied(importer.machine().view()), nowNanos));
                next.addAll(agent.step(new AgentEvent.Proposed(proposalId, result), nowNanos));
                carryOut(next);
            } else if (action instanceof AgentAction.SendToSource(TransferRequest request)) {
                sent.add(request);
            } else if (action instanceof AgentAction.CloseSource close) {
                closed.add(close);
            }
        }
    }
}
