package io.ostraka.shardkv.migration;

import io.ostraka.raft.core.Bytes;
import io.ostraka.shardkv.command.Command.Activate;
import io.ostraka.shardkv.command.Command.ForgetImport;
import io.ostraka.shardkv.command.Command.ForgetProof;
import io.ostraka.shardkv.command.Command.ImportChunk;
import io.ostraka.shardkv.command.Command.Span;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.command.ShardPlan;
import io.ostraka.shardkv.shard.ImportProgress;
import io.ostraka.shardkv.shard.KvResult;
import io.ostraka.shardkv.shard.ShardState;
import io.ostraka.shardkv.shard.StepRefusal;
import org.jspecify.annotations.Nullable;

/**
 * Brings one shard in, as the importer's leader (DESIGN section 5). Each attempt opens a stream at the source, resumes
 * after what the log has, proves the quorum, asks for the freeze, logs the chunks and activates. Whatever goes wrong
 * ends the attempt; the next begins after a pause. If the plan was dropped it asks the source to cancel instead, and
 * forgets only once the source has logged that, or its identity is gone.
 */
final class Importer {

    private enum Phase {
        PAUSING,
        OPENING,
        PROVING,
        RECEIVING,
        CANCELLING
    }

    private final ExportName name;
    private final Outbox outbox;
    private final AgentOptions options;
    private Phase phase = Phase.PAUSING;
    private long pausedUntilNanos;
    private long heardNanos;
    private long progressedNanos;
    /** Told by the source that it is too late to cancel. */
    private boolean mustFinish;

    private boolean proposing;
    private long chunksReceived;
    private long chunksLogged;
    private int inFlight;
    private Bytes lastKey = Bytes.EMPTY;
    /** Names the attempt that a proposal belongs to. */
    private long attempt;

    Importer(ExportName name, Outbox outbox, AgentOptions options) {
        this.name = name;
        this.outbox = outbox;
        this.options = options;
        this.pausedUntilNanos = outbox.nowNanos();
        this.heardNanos = outbox.nowNanos();
        this.progressedNanos = outbox.nowNanos();
    }

    ExportName name() {
        return name;
    }

    /** Whether the import takes none of the slots: it waits for somebody else. */
    boolean isStalled() {
        return outbox.nowNanos() - progressedNanos >= options.stallNanos();
    }

    /** Goes on: at each tick, and when the state or the plan may have changed. */
    void drive() {
        ImportProgress progress = progress();
        if (progress == null) {
            return;
        }
        if (!outbox.view().config().isAlive(name.source())) {
            forget(ForgetProof.SOURCE_GONE);
            return;
        }
        boolean cancels = !isPlanned() && !mustFinish;
        if (cancels != (phase == Phase.CANCELLING) && phase != Phase.PAUSING) {
            endAttempt(0);
        }
        long now = outbox.nowNanos();
        if (phase != Phase.PAUSING && now - heardNanos >= options.retryNanos()) {
            endAttempt(0, isSourceDue());
        }
        if (phase == Phase.PAUSING && now - pausedUntilNanos >= 0) {
            begin(progress, cancels);
        }
    }

    void received(TransferReply reply) {
        heardNanos = outbox.nowNanos();
        switch (reply) {
            case TransferReply.Opened opened -> {
                if (phase == Phase.OPENING) {
                    phase = Phase.PROVING;
                    outbox.add(new AgentAction.ProveReady(name, opened.bytes()));
                }
            }
            case TransferReply.Chunk chunk -> receivedChunk(chunk);
            case TransferReply.LastRound last -> receivedLast(last);
            case TransferReply.Cancelled ignored -> forget(ForgetProof.SOURCE_CANCELLED);
            case TransferReply.Refused refused -> {
                mustFinish |= refused.refusal() == TransferReply.Refusal.FROZEN;
                endAttempt(options.retryNanos());
            }
            case TransferReply.AtWork ignored -> {}
            // Said of a hand-over that is finished, which this one is not: the shard's state tells.
            case TransferReply.CleanedUp ignored -> endAttempt(options.retryNanos());
        }
    }

    void proved(boolean ready) {
        if (phase != Phase.PROVING) {
            return;
        }
        heardNanos = outbox.nowNanos();
        if (ready) {
            phase = Phase.RECEIVING;
            outbox.add(new AgentAction.SendToSource(new TransferRequest.AskFreeze(name)));
        } else {
            endAttempt(options.retryNanos());
        }
    }

    void sourceGone() {
        if (phase != Phase.PAUSING) {
            endAttempt(options.retryNanos());
        }
    }

    private void begin(ImportProgress progress, boolean cancels) {
        attempt++;
        heardNanos = outbox.nowNanos();
        if (cancels) {
            phase = Phase.CANCELLING;
            outbox.add(new AgentAction.SendToSource(new TransferRequest.AskCancel(name)));
            return;
        }
        phase = Phase.OPENING;
        chunksReceived = 0;
        chunksLogged = 0;
        inFlight = 0;
        lastKey = progress.lastBaseKey();
        outbox.add(new AgentAction.SendToSource(
                new TransferRequest.Open(name, lastKey, progress.baseComplete(), progress.revision())));
    }

    private void receivedChunk(TransferReply.Chunk chunk) {
        if (phase != Phase.RECEIVING || chunk.sequence() != chunksReceived) {
            return;
        }
        chunksReceived++;
        inFlight++;
        Span span = new Span.Base(lastKey, chunk.last(), chunk.snapshotRevision());
        if (!chunk.items().isEmpty()) {
            lastKey = chunk.items().getLast().key();
        }
        long ofAttempt = attempt;
        outbox.propose(new ImportChunk(name, span, chunk.items()), false, result -> {
            if (ofAttempt != attempt) {
                return;
            }
            inFlight--;
            if (result instanceof KvResult.Heeded) {
                heardNanos = outbox.nowNanos();
                progressedNanos = outbox.nowNanos();
                chunksLogged++;
                outbox.add(new AgentAction.SendToSource(new TransferRequest.Progress(name, chunksLogged)));
            } else if (phase != Phase.PAUSING) {
                endAttempt(options.retryNanos());
            }
        });
    }

    private void receivedLast(TransferReply.LastRound last) {
        if (phase != Phase.RECEIVING || proposing) {
            return;
        }
        proposing = true;
        // Follows the chunks in the log; apply asks whether all of them are there.
        Activate activate = new Activate(
                name,
                last.revision(),
                last.items(),
                last.revision(),
                last.shardTimeMillis(),
                last.floorMillis(),
                last.digest());
        outbox.propose(activate, true, result -> {
            proposing = false;
            if (result instanceof KvResult.Ignored ignored && ignored.why() == StepRefusal.DIGEST_MISMATCH) {
                outbox.add(new AgentAction.Alarm("the copy of shard " + name.shard() + " from " + name.source()
                        + " differed from its source; it was dropped and is copied again"));
            }
            if (!(result instanceof KvResult.Heeded)) {
                endAttempt(options.retryNanos());
            }
        });
    }

    private void forget(ForgetProof proof) {
        if (proposing) {
            return;
        }
        proposing = true;
        outbox.propose(new ForgetImport(name, proof), true, result -> {
            proposing = false;
            if (!(result instanceof KvResult.Heeded)) {
                endAttempt(options.retryNanos());
            }
        });
    }

    /** Whether the next word is the source's, and not that of this group's own quorum or log. */
    private boolean isSourceDue() {
        return phase != Phase.PROVING && inFlight == 0 && !proposing;
    }

    private void endAttempt(long pauseNanos) {
        endAttempt(pauseNanos, false);
    }

    private void endAttempt(long pauseNanos, boolean silent) {
        attempt++;
        phase = Phase.PAUSING;
        pausedUntilNanos = outbox.nowNanos() + pauseNanos;
        outbox.add(new AgentAction.CloseSource(name, silent));
    }

    private boolean isPlanned() {
        ShardPlan plan = outbox.view().config().plan(name.shard());
        return name.importer().equals(plan.target())
                && name.source().equals(plan.owner())
                && name.epoch() == plan.epoch();
    }

    private @Nullable ImportProgress progress() {
        ShardState state = outbox.view().shard(name.shard()).state();
        return state.isImporting(name) && state instanceof ShardState.Importing importing ? importing.progress() : null;
    }
}
