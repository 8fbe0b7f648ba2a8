package io.ostraka.shardkv.migration;

import static io.ostraka.shardkv.shard.GroupFixture.groups;
import static io.ostraka.shardkv.shard.GroupFixture.name;
import static io.ostraka.shardkv.shard.GroupFixture.plan;
import static io.ostraka.shardkv.shard.GroupFixture.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.core.Bytes;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.shard.FrozenChunk;
import io.ostraka.shardkv.shard.GroupFixture;
import io.ostraka.shardkv.shard.KvResult;
import io.ostraka.shardkv.shard.ShardState;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A hand-over whose single steps take longer than the importer waits for a sign of life. */
class SlowHandOverTest {

    private static final int SHARD = 0;
    private static final long TICK_NANOS = 50_000_000;
    private static final AgentOptions OPTIONS = AgentOptions.DEFAULT;

    private final GroupFixture source = new GroupFixture(1, 1);
    private final GroupFixture importer = new GroupFixture(2, 2);
    private long nowNanos;
    /** Of the one stream that is open, or will be. */
    private long streamId = 1;

    @BeforeEach
    void shardIsPlannedToTheImporter() {
        for (GroupFixture group : List.of(source, importer)) {
            group.configure(groups(source, importer), plan(SHARD, source, 1, importer));
        }
        source.apply(new Command.CreateShard(SHARD));
        source.write(1, 1, SHARD, put(GroupFixture.key(SHARD, 0), "a"));
    }

    /** The importer took the digest of a large copy for silence and began again, for ever, the shard being frozen. */
    @Test
    void digestThatTakesLongIsNoSilence() {
        ExportName move = name(SHARD, 1, 1, source, importer);
        GroupFixture.freeze(move, source, importer);
        FrozenChunk all = Objects.requireNonNull(source.machine().readFrozen(move, Bytes.EMPTY));
        importer.apply(new Command.ImportChunk(
                move, new Command.Span.Base(Bytes.EMPTY, false, all.items().size()), all.items()));
        GroupAgent from = agent(source);
        GroupAgent to = agent(importer);
        long digestNanos = 10 * OPTIONS.retryNanos();
        long digestEnds = Long.MAX_VALUE;
        int digests = 0;

        List<AgentAction> actions = new ArrayList<>();
        AgentAction.DigestFrozen digesting = null;
        while (nowNanos < 4 * digestNanos && importer.state(SHARD) instanceof ShardState.Importing) {
            nowNanos += TICK_NANOS;
            actions.addAll(from.step(new AgentEvent.Tick(), nowNanos));
            actions.addAll(to.step(new AgentEvent.Tick(), nowNanos));
            if (digesting != null && nowNanos >= digestEnds) {
                actions.addAll(from.step(
                        new AgentEvent.FrozenDigested(
                                digesting.streamId(),
                                move,
                                GroupFixture.digestFrozen(move, source, digesting.lastKey())),
                        nowNanos));
                digesting = null;
            }
            while (!actions.isEmpty()) {
                AgentAction action = actions.removeFirst();
                if (action instanceof AgentAction.DigestFrozen digest) {
                    digests++;
                    digesting = digest;
                    digestEnds = nowNanos + digestNanos;
                } else {
                    actions.addAll(carryOut(action, from, to));
                }
            }
        }

        assertThat(importer.state(SHARD)).isEqualTo(new ShardState.Serving(2));
        assertThat(digests).isOne();
    }

    /** The export that an attempt began before it was given up was asked of the log again by each later attempt. */
    @Test
    void exportThatAnEarlierAttemptBeganIsOpenAtOnce() {
        ExportName move = name(SHARD, 1, 1, source, importer);
        source.apply(new Command.BeginExport(move));

        List<AgentAction> actions = agent(source)
                .step(new AgentEvent.FromImporter(7, new TransferRequest.Open(move, Bytes.EMPTY, false, 0)), nowNanos);

        assertThat(actions)
                .singleElement()
                .isInstanceOfSatisfying(
                        AgentAction.SendToImporter.class,
                        sent -> assertThat(sent.reply()).isInstanceOf(TransferReply.Opened.class));
    }

    private GroupAgent agent(GroupFixture group) {
        return new GroupAgent(
                group.id(),
                group.machine().view(),
                new LogClock(group.logTimeMillis(), nowNanos),
                OPTIONS,
                new SplittableRandom(1),
                nowNanos);
    }

    /** Does what one action asks; returns what follows. Streams are given one number for each time they are opened. */
    private List<AgentAction> carryOut(AgentAction action, GroupAgent from, GroupAgent to) {
        List<AgentAction> next = new ArrayList<>();
        if (action instanceof AgentAction.Propose(long id, Command command, boolean ignored)) {
            boolean ofImporter = command instanceof Command.ImportChunk || command instanceof Command.Activate;
            GroupFixture group = ofImporter ? importer : source;
            GroupAgent agent = ofImporter ? to : from;
            KvResult result = group.apply(command);
            next.addAll(agent.step(new AgentEvent.Applied(group.machine().view()), nowNanos));
            next.addAll(agent.step(new AgentEvent.Proposed(id, result), nowNanos));
        } else if (action instanceof AgentAction.SendToSource(TransferRequest request)) {
            next.addAll(from.step(new AgentEvent.FromImporter(streamId, request), nowNanos));
        } else if (action instanceof AgentAction.CloseSource) {
            next.addAll(from.step(new AgentEvent.ImporterGone(streamId), nowNanos));
            streamId++;
        } else if (action instanceof AgentAction.SendToImporter(long stream, TransferReply reply)) {
            if (stream == streamId) {
                next.addAll(to.step(new AgentEvent.FromSource(reply), nowNanos));
            }
        } else if (action instanceof AgentAction.ProveReady(ExportName name, long ignored)) {
            next.addAll(to.step(new AgentEvent.ReadyProved(name, true), nowNanos));
        } else if (action instanceof AgentAction.ReadFrozen(long stream, ExportName name, Bytes after)) {
            next.addAll(from.step(
                    new AgentEvent.FrozenRead(stream, name, source.machine().readFrozen(name, after)), nowNanos));
        }
        return next;
    }
}
