package io.ostraka.shardkv.migration;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigDelta;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.shardkv.command.Digest;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.shard.FrozenChunk;
import io.ostraka.shardkv.shard.GroupView;
import io.ostraka.shardkv.shard.KvResult;
import org.jspecify.annotations.Nullable;

/** What happens to a leader's agents. */
public sealed interface AgentEvent {

    /** Time has passed; every 20 to 100 ms. */
    record Tick() implements AgentEvent {}

    /** Entries were applied. May be given for the last of several applies only. */
    record Applied(GroupView view) implements AgentEvent {}

    /** The controller's present configuration, in full: once at the start, and when the watch had to start anew. */
    record ConfigSeen(ClusterConfig config) implements AgentEvent {}

    /**
     * The configuration has changed.
     *
     * @param delta what changed
     * @param config the configuration after it
     */
    record ConfigExtended(ConfigDelta delta, ClusterConfig config) implements AgentEvent {}

    /**
     * A proposal of {@link AgentAction.Propose} has ended. Give the view that its result led to first.
     *
     * @param proposalId whose
     * @param result what apply answered; null: it was refused, and is not and will not be in the log, or nobody knows
     */
    record Proposed(long proposalId, @Nullable KvResult result) implements AgentEvent {}

    /** An importer's leader says something on one of its streams. */
    record FromImporter(long streamId, TransferRequest request) implements AgentEvent {}

    /** A stream of an importer has ended. */
    record ImporterGone(long streamId) implements AgentEvent {}

    /** A source's leader answers. */
    record FromSource(TransferReply reply) implements AgentEvent {}

    /** The stream to a source's leader has ended, or cannot be opened. */
    record SourceGone(ExportName name) implements AgentEvent {}

    /**
     * Answer to {@link AgentAction.ProveReady}.
     *
     * @param ready whether a quorum round has just succeeded and the disk has room
     */
    record ReadyProved(ExportName name, boolean ready) implements AgentEvent {}

    /**
     * Answer to {@link AgentAction.ReadFrozen}.
     *
     * @param chunk what was read; null: the shard is not frozen for this hand-over
     */
    record FrozenRead(
            long streamId, ExportName name, @Nullable FrozenChunk chunk) implements AgentEvent {}

    /**
     * Answer to {@link AgentAction.DigestFrozen}.
     *
     * @param digest what was computed; null: the shard is not frozen for this hand-over
     */
    record FrozenDigested(
            long streamId, ExportName name, @Nullable Digest digest) implements AgentEvent {}

    /** Answer of one replica to {@link AgentAction.AskDigests}. */
    record DigestAnswered(ReplicaId replica, long index, DigestAnswer answer) implements AgentEvent {}
}
