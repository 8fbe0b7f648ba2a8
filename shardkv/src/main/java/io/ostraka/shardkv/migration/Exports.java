package io.ostraka.shardkv.migration;

import io.ostraka.raft.core.GroupId;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.Digest;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.command.ShardPlan;
import io.ostraka.shardkv.shard.FrozenChunk;
import io.ostraka.shardkv.shard.GonePeers;
import io.ostraka.shardkv.shard.ShardState;
import io.ostraka.shardkv.shard.ShardView;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All exports of a group: one {@link Exporter} a stream; and what the source does on its own: it cancels an export
 * whose plan was dropped, and cleans up once its configuration shows that the successor has the shard, which the
 * controller records only from the successor's log.
 */
final class Exports {

    private final GroupId self;
    private final Outbox outbox;
    private final AgentOptions options;
    /** By stream. */
    private final TreeMap<Long, Exporter> streams = new TreeMap<>();
    /** Shards for which a step of the source's own is proposed. */
    private final TreeSet<Integer> proposed = new TreeSet<>();

    Exports(GroupId self, Outbox outbox, AgentOptions options) {
        this.self = self;
        this.outbox = outbox;
        this.options = options;
    }

    void received(long streamId, TransferRequest request) {
        ExportName name = request.name();
        if (!name.source().equals(self)
                || name.shard() < 0
                || name.shard() >= outbox.view().shards()) {
            outbox.add(new AgentAction.SendToImporter(
                    streamId, new TransferReply.Refused(name, TransferReply.Refusal.RETRY_AFTER)));
            return;
        }
        Exporter exporter = streams.get(streamId);
        if (exporter == null || !exporter.name().equals(name)) {
            exporter = new Exporter(streamId, name, outbox, options);
            streams.put(streamId, exporter);
        }
        exporter.received(request);
    }

    void gone(long streamId) {
        streams.remove(streamId);
    }

    void read(long streamId, ExportName name, @Nullable FrozenChunk chunk) {
        Exporter exporter = streams.get(streamId);
        if (exporter != null && exporter.name().equals(name)) {
            exporter.read(chunk);
        }
    }

    void digested(long streamId, ExportName name, @Nullable Digest digest) {
        Exporter exporter = streams.get(streamId);
        if (exporter != null && exporter.name().equals(name)) {
            exporter.digested(digest);
        }
    }

    void drive() {
        streams.values().forEach(Exporter::giveSignOfLife);
        for (ShardView shard : outbox.view().known()) {
            ShardPlan plan = outbox.view().config().plan(shard.shard());
            switch (shard.state()) {
                case ShardState.Exporting exporting -> {
                    if (!exporting.target().equals(plan.target())) {
                        propose(new Command.CancelExport(new ExportName(
                                shard.shard(), exporting.epoch(), exporting.exportId(), self, exporting.target())));
                    }
                }
                case ShardState.Frozen frozen -> {
                    Command.CleanUp cleanUp = new Command.CleanUp(new ExportName(
                            shard.shard(), frozen.epoch() - 1, frozen.exportId(), self, frozen.successor()));
                    if (plan.epoch() >= frozen.epoch()
                            && GonePeers.refusal(cleanUp, outbox.view().config()) == null) {
                        propose(cleanUp);
                    }
                }
                case ShardState.Absent ignored -> {}
                case ShardState.Serving ignored -> {}
                case ShardState.Importing ignored -> {}
                case ShardState.Retired ignored -> {}
            }
        }
    }

    private void propose(Command.HandOverStep step) {
        int shard = step.name().shard();
        if (proposed.add(shard)) {
            outbox.propose(step, true, result -> proposed.remove(shard));
        }
    }
}
