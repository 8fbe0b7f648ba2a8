package io.ostraka.shardkv.migration;

import io.ostraka.raft.core.Bytes;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.Digest;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.shard.FrozenChunk;
import io.ostraka.shardkv.shard.KvResult;
import io.ostraka.shardkv.shard.ShardState;
import io.ostraka.shardkv.shard.ShardView;
import io.ostraka.shardkv.shard.StepRefusal;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Serves one stream of an importer's leader, as the source's leader (DESIGN section 5). Everything it promises was
 * logged before it is said. Chunks are read from the frozen shard, within a window that the importer opens by logging.
 */
final class Exporter {

    private final long streamId;
    private final ExportName name;
    private final Outbox outbox;
    private final AgentOptions options;

    /** Where to go on; null: the stream was not opened. */
    private @Nullable Bytes lastKey;

    private boolean baseComplete;
    private boolean streaming;
    private boolean reading;
    private boolean digestKnown;
    private Digest digest = Digest.EMPTY;
    private long chunksSent;
    private long chunksLogged;
    private boolean proposing;

    Exporter(long streamId, ExportName name, Outbox outbox, AgentOptions options) {
        this.streamId = streamId;
        this.name = name;
        this.outbox = outbox;
        this.options = options;
    }

    ExportName name() {
        return name;
    }

    /** While a large copy is digested there is nothing else to say, which the importer would take for silence. */
    void giveSignOfLife() {
        if (reading && !digestKnown) {
            send(new TransferReply.AtWork(name));
        }
    }

    void received(TransferRequest request) {
        if (isImporterGone() && !(request instanceof TransferRequest.AskCancel)) {
            lastKey = null;
            refuse();
            return;
        }
        switch (request) {
            case TransferRequest.Open open -> open(open);
            case TransferRequest.Progress progress -> progressed(progress.chunksLogged());
            case TransferRequest.AskFreeze ignored -> freeze();
            case TransferRequest.Activated ignored -> cleanUp();
            case TransferRequest.AskCancel ignored -> cancel();
        }
    }

    /** Nobody has logged what was not sent: the window opens for no such claim, else it would bound nothing. */
    private void progressed(long claimed) {
        if (claimed > chunksSent) {
            lastKey = null;
            refuse();
            return;
        }
        chunksLogged = Math.max(chunksLogged, claimed);
        read();
    }

    void read(@Nullable FrozenChunk chunk) {
        Bytes after = lastKey;
        reading = false;
        if (chunk == null
                || after == null
                || isImporterGone()
                || !shard().state().isFrozenFor(name)) {
            return;
        }
        digest = digest.plus(chunk.digest());
        lastKey = chunk.items().isEmpty() ? after : chunk.items().getLast().key();
        baseComplete = chunk.last();
        send(new TransferReply.Chunk(name, chunksSent, chunk.items(), chunk.last(), shard().revision()));
        chunksSent++;
        read();
    }

    void digested(@Nullable Digest ofFormer) {
        reading = false;
        if (ofFormer != null) {
            digest = ofFormer;
            digestKnown = true;
            read();
        }
    }

    private void open(TransferRequest.Open open) {
        lastKey = open.lastBaseKey();
        baseComplete = open.baseComplete();
        streaming = false;
        chunksSent = 0;
        chunksLogged = 0;
        digest = Digest.EMPTY;
        digestKnown = open.lastBaseKey().isEmpty();
        // Logged by an earlier attempt: one that was given up as too slow has still brought the next one further.
        if (shard().state().isFrozenFor(name) || shard().state().isExporting(name)) {
            opened();
            return;
        }
        propose(new Command.BeginExport(name), result -> {
            switch (result) {
                case KvResult.Heeded ignored -> opened();
                case KvResult.Ignored refused -> notOpened(refused.why());
                case KvResult.Malformed ignored -> refuse();
                case KvResult.Writes ignored -> refuse();
                case KvResult.DigestBegun ignored -> refuse();
            }
        });
    }

    private void notOpened(StepRefusal why) {
        switch (why) {
            case FROZEN_FOR_IT -> opened();
            case CANCELLED -> send(new TransferReply.Cancelled(name));
            // It can never begin, since a recovery ends with another epoch: cancel at once, so that the importer may
            // forget and have its last word.
            case EPOCH_PASSED, IN_RECOVERY -> cancel();
            case NO_SUCH_SHARD,
                    NOT_OURS,
                    OTHER_STATE,
                    EPOCH_TO_COME,
                    TOO_MANY_CANCELLED,
                    NOT_PLANNED,
                    GAP,
                    DIGEST_MISMATCH,
                    SOURCE_KNOWN,
                    PEER_GONE,
                    CONFIG_NOT_NEXT,
                    INVALID -> refuse();
        }
    }

    private void opened() {
        send(new TransferReply.Opened(name, shard().size().bytes()));
    }

    private void freeze() {
        if (shard().state().isFrozenFor(name)) {
            stream();
            return;
        }
        propose(new Command.Freeze(name), result -> {
            if (result instanceof KvResult.Heeded) {
                stream();
            } else {
                refuse();
            }
        });
    }

    private void cancel() {
        if (!outbox.view().config().canHavePlanned(shard().state(), name.source(), name)) {
            refuse();
            return;
        }
        propose(new Command.CancelExport(name), result -> {
            if (result instanceof KvResult.Heeded) {
                send(new TransferReply.Cancelled(name));
            } else if (result instanceof KvResult.Ignored ignored && ignored.why() == StepRefusal.FROZEN_FOR_IT) {
                send(new TransferReply.Refused(name, TransferReply.Refusal.FROZEN));
            } else {
                refuse();
            }
        });
    }

    private void cleanUp() {
        if (!shard().state().isFrozenFor(name)) {
            send(new TransferReply.CleanedUp(name));
            return;
        }
        propose(new Command.CleanUp(name), result -> {
            if (!shard().state().isFrozenFor(name)) {
                send(new TransferReply.CleanedUp(name));
            }
        });
    }

    private void stream() {
        streaming = true;
        read();
    }

    private void read() {
        Bytes after = lastKey;
        if (!streaming
                || reading
                || after == null
                || isImporterGone()
                || !shard().state().isFrozenFor(name)
                || !(shard().state() instanceof ShardState.Frozen frozen)) {
            return;
        }
        if (!digestKnown) {
            reading = true;
            outbox.add(new AgentAction.DigestFrozen(streamId, name, after));
        } else if (baseComplete) {
            streaming = false;
            ShardView shard = shard();
            send(new TransferReply.LastRound(
                    name, List.of(), shard.revision(), frozen.shardTimeMillis(), shard.floorMillis(), digest));
        } else if (chunksSent - chunksLogged < options.chunkWindow()) {
            reading = true;
            outbox.add(new AgentAction.ReadFrozen(streamId, name, after));
        }
    }

    private void propose(Command command, Consumer<KvResult> heard) {
        if (proposing) {
            return;
        }
        proposing = true;
        outbox.propose(command, true, result -> {
            proposing = false;
            if (result == null) {
                refuse();
            } else {
                heard.accept(result);
            }
        });
    }

    /** Nothing is fed to a group that was given up: it could do nothing with it. */
    private boolean isImporterGone() {
        return !outbox.view().config().isAlive(name.importer());
    }

    private void refuse() {
        send(new TransferReply.Refused(name, TransferReply.Refusal.RETRY_AFTER));
    }

    private void send(TransferReply reply) {
        outbox.add(new AgentAction.SendToImporter(streamId, reply));
    }

    private ShardView shard() {
        return outbox.view().shard(name.shard());
    }
}
