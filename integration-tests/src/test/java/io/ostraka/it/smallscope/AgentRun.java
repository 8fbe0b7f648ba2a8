package io.ostraka.it.smallscope;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.raft.core.GroupId;
import io.ostraka.shardctrler.command.Claim;
import io.ostraka.shardctrler.command.ControllerCommand;
import io.ostraka.shardctrler.command.TokenState;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.ExportId;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.migration.AgentAction;
import io.ostraka.shardkv.migration.AgentEvent;
import io.ostraka.shardkv.migration.AgentOptions;
import io.ostraka.shardkv.migration.GroupAgent;
import io.ostraka.shardkv.migration.LogClock;
import io.ostraka.shardkv.migration.OwnerReport;
import io.ostraka.shardkv.migration.TransferReply;
import io.ostraka.shardkv.migration.TransferRequest;
import io.ostraka.shardkv.shard.GroupImage;
import io.ostraka.shardkv.shard.ShardState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** The agents of one leader that has only just begun, in one state of its group, and what they say. Not thread-safe. */
final class AgentRun {

    private static final long STREAM = 1;

    private final Groups groups;
    private final int group;
    private final int place;
    private final int exportIds;
    private final GroupImage image;
    private final GroupAgent agent;
    private final List<Fact> said = new ArrayList<>();
    private final Deque<AgentEvent> due = new ArrayDeque<>();
    private long nowNanos;
    private boolean cancelling;
    private TransferRequest.@Nullable Open opened;
    private TransferRequest.@Nullable Open heardOn;

    AgentRun(Groups groups, int group, int place, int exportIds) {
        this.groups = groups;
        this.group = group;
        this.place = place;
        this.exportIds = exportIds;
        this.image = groups.image(group);
        this.agent = new GroupAgent(
                image.group(),
                image.view(),
                new LogClock(image.view().logTimeMillis(), 0),
                AgentOptions.DEFAULT,
                new SplittableRandom(1),
                0);
        if (image.view().shard(0).state() instanceof ShardState.Importing importing) {
            said.add(new Fact.Begun(
                    new ExportName(0, importing.epoch(), importing.exportId(), importing.source(), image.group())));
        }
    }

    /** Everything that was said so far. */
    List<Fact> said() {
        return said;
    }

    /** How the stream to the source was opened; null: it was not. */
    TransferRequest.@Nullable Open stream() {
        return opened;
    }

    /** Whether it asked the source to cancel. */
    boolean isCancelling() {
        return cancelling;
    }

    void tick() {
        step(new AgentEvent.Tick());
    }

    /** After every pause that it makes. */
    void tickLater() {
        nowNanos += 2 * AgentOptions.DEFAULT.retryNanos();
        tick();
    }

    void see(ClusterConfig config) {
        step(new AgentEvent.ConfigSeen(config));
    }

    void hear(TransferReply reply) {
        step(new AgentEvent.FromSource(reply));
    }

    void hear(TransferRequest request, TransferRequest.@Nullable Open stream) {
        heardOn = stream;
        step(new AgentEvent.FromImporter(STREAM, request));
    }

    private void step(AgentEvent first) {
        due.add(first);
        while (!due.isEmpty()) {
            agent.step(due.remove(), nowNanos).forEach(this::take);
        }
    }

    private void take(AgentAction action) {
        switch (action) {
            case AgentAction.Propose propose -> propose(propose);
            case AgentAction.SendToSource send -> ask(send.request());
            case AgentAction.SendToImporter send -> reply(send.reply());
            case AgentAction.ProveReady prove -> due.add(new AgentEvent.ReadyProved(prove.name(), true));
            case AgentAction.ReadFrozen read ->
                due.add(new AgentEvent.FrozenRead(
                        read.streamId(), read.name(), image.readFrozen(read.name(), read.afterKey())));
            case AgentAction.DigestFrozen digest ->
                due.add(new AgentEvent.FrozenDigested(
                        digest.streamId(), digest.name(), image.digestFrozen(digest.name(), digest.lastKey())));
            case AgentAction.Report report -> report(report);
            case AgentAction.CloseSource _ -> {}
            case AgentAction.AskDigests _ -> {}
            case AgentAction.ReportKnown _ -> {}
            case AgentAction.Alarm _ -> {}
        }
    }

    private void propose(AgentAction.Propose propose) {
        Command command = propose.command();
        if (command instanceof Command.BeginImport begin) {
            for (int attempt = 0; attempt < exportIds; attempt++) {
                said.add(new Fact.Proposal(place, new Command.BeginImport(drawn(begin.name(), attempt))));
            }
            return;
        }
        said.add(new Fact.Proposal(place, command));
        if (command instanceof Command.BeginExport || command instanceof Command.CancelExport) {
            int number = groups.command(command, 0);
            if (groups.apply(group, number) == group) {
                due.add(new AgentEvent.Proposed(propose.proposalId(), groups.result(group, number)));
            }
        }
    }

    /** In place of a random id, one that says whose it is: what is drawn must not make states differ. */
    static ExportName drawn(ExportName name, int attempt) {
        GroupId importer = name.importer();
        ExportId id = new ExportId(importer.gid() * 1_000 + importer.incarnation(), name.epoch() * 10 + attempt);
        return new ExportName(name.shard(), name.epoch(), id, name.source(), name.importer());
    }

    /** Which of the ids of its epoch this is. */
    static int attemptOf(ExportName name) {
        return (int) (name.exportId().low() % 10);
    }

    private void ask(TransferRequest request) {
        switch (request) {
            case TransferRequest.Open open -> {
                opened = open;
                cancelling = false;
                said.add(new Fact.ToSource(open, open));
            }
            case TransferRequest.AskFreeze ask -> said.add(new Fact.ToSource(ask, opened));
            case TransferRequest.AskCancel ask -> {
                cancelling = true;
                said.add(new Fact.ToSource(ask, null));
            }
            case TransferRequest.Activated told -> said.add(new Fact.ToSource(told, null));
            // The whole shard is one chunk: the window never closes.
            case TransferRequest.Progress _ -> {}
        }
    }

    private void reply(TransferReply reply) {
        switch (reply) {
            case TransferReply.Chunk chunk -> said.add(new Fact.ToImporter(chunk, heardOn));
            case TransferReply.LastRound last -> said.add(new Fact.ToImporter(last, heardOn));
            case TransferReply.Opened answered -> said.add(new Fact.ToImporter(answered, null));
            case TransferReply.Cancelled answered -> said.add(new Fact.ToImporter(answered, null));
            case TransferReply.Refused refused -> {
                if (refused.refusal() == TransferReply.Refusal.FROZEN) {
                    said.add(new Fact.ToImporter(refused, null));
                }
            }
            // These make nobody log anything.
            case TransferReply.CleanedUp _, TransferReply.AtWork _ -> {}
        }
    }

    private void report(AgentAction.Report report) {
        GroupRef self = ref(image.group());
        for (int shard : report.claims()) {
            said.add(new Fact.ToController(
                    new ControllerCommand.Report(List.of(), List.of(new Claim(self, shard)), List.of())));
        }
        report.owners().forEach(owner -> said.add(word(self, owner)));
        report.copies().forEach(copy -> said.add(word(self, copy)));
    }

    private static Fact word(GroupRef self, OwnerReport report) {
        return new Fact.ToController(new ControllerCommand.Report(
                List.of(),
                List.of(),
                List.of(new io.ostraka.shardctrler.command.OwnerReport(
                        self,
                        new io.ostraka.shardctrler.command.OwnerReport.ShardEpoch(report.shard(), report.epoch()),
                        report.appliedRevision(),
                        stateOf(report.state()),
                        peerOf(report.state())))));
    }

    private static TokenState stateOf(ShardState state) {
        return switch (state) {
            case ShardState.Absent _ -> TokenState.ABSENT;
            case ShardState.Serving _ -> TokenState.SERVING;
            case ShardState.Exporting _ -> TokenState.EXPORTING;
            case ShardState.Frozen _ -> TokenState.FROZEN;
            case ShardState.Importing _ -> TokenState.IMPORTING;
            case ShardState.Retired _ -> TokenState.RETIRED;
        };
    }

    private static @Nullable GroupRef peerOf(ShardState state) {
        return switch (state) {
            case ShardState.Exporting exporting -> ref(exporting.target());
            case ShardState.Frozen frozen -> ref(frozen.successor());
            case ShardState.Importing importing -> ref(importing.source());
            case ShardState.Absent _, ShardState.Serving _, ShardState.Retired _ -> null;
        };
    }

    private static GroupRef ref(GroupId group) {
        return new GroupRef(group.gid(), group.incarnation());
    }
}
