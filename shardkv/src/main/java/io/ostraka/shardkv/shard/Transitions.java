package io.ostraka.shardkv.shard;

import io.ostraka.proto.config.ShardRecovery;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.GroupId;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.Command.ForgetProof;
import io.ostraka.shardkv.command.Command.Span;
import io.ostraka.shardkv.command.Digest;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.command.ShardItem;
import io.ostraka.shardkv.command.ShardPlan;
import io.ostraka.shardkv.shard.ShardState.Absent;
import io.ostraka.shardkv.shard.ShardState.Exporting;
import io.ostraka.shardkv.shard.ShardState.Frozen;
import io.ostraka.shardkv.shard.ShardState.Importing;
import io.ostraka.shardkv.shard.ShardState.Serving;
import java.util.List;

/**
 * The only place where a shard's state changes (DESIGN section 5). Each rule closes a hole; none is redundant.
 *
 * <pre>
 * from                  step (guard)                                                        to
 * ABSENT(0)             CreateShard (own configuration: owner is this group, epoch 1)       SERVING(1)
 * ABSENT(last)          BeginImport (own configuration: target this group, owner and epoch
 *                       those named, which the group never held)                            IMPORTING, cleared
 * IMPORTING             ImportChunk (follows on what is logged)                             IMPORTING
 * IMPORTING             Activate (base complete, digests equal)                             SERVING(epoch + 1)
 * IMPORTING             Activate (digests differ)                                           IMPORTING, cleared
 * IMPORTING             ForgetImport (source logged the cancel, or is gone)                 ABSENT(last), cleared
 * SERVING(epoch)        BeginExport (own configuration: target is the importer; id not
 *                       cancelled)                                                          EXPORTING
 * EXPORTING             Freeze                                                              FROZEN(epoch + 1)
 * EXPORTING             CancelExport                                                        SERVING(epoch)
 * any but FROZEN for it CancelExport (of an epoch that can have been planned; room to
 *                       remember)                                                           same, id remembered
 * FROZEN(epoch + 1)     CleanUp                                                             ABSENT(epoch + 1), cleared
 * ABSENT(last)          RecoverShard (own configuration names this group at a higher epoch,
 *                       to go on empty)                                                     SERVING(named), cleared
 * FROZEN(epoch + 1)     RecoverShard (likewise; successor gone or retired)                  SERVING(named), cleared
 * FROZEN(epoch + 1)     RecoverShard (likewise, to go on from its copy)                     SERVING(named)
 * any but ABSENT        ConfigUpdate (which retires this group, or goes on without it)      RETIRED(last)
 * </pre>
 *
 * <p>A step of a hand-over is heeded only if shard, epoch, export id and groups match the state exactly, and
 * {@link GonePeers} has nothing against it.
 */
final class Transitions {

    private Transitions() {}

    static Transition createShard(ShardState state, ShardPlan plan, GroupId self) {
        if (!state.equals(ShardState.Absent.NEVER_HELD)) {
            return Transition.ignored(StepRefusal.OTHER_STATE);
        }
        if (!self.equals(plan.owner()) || plan.epoch() != 1 || plan.recovery() != ShardRecovery.NONE) {
            return Transition.ignored(StepRefusal.NOT_PLANNED);
        }
        return Transition.keeping(new Serving(1));
    }

    /** Goes on with a shard that lost its group; never from an import, which may be a part only. */
    static Transition recoverShard(ShardState state, GroupConfig config, GroupId self, Command.RecoverShard recover) {
        ShardPlan plan = config.plan(recover.shard());
        if (!plan.isNamed(self) || plan.epoch() != recover.epoch()) {
            return Transition.ignored(StepRefusal.NOT_PLANNED);
        }
        if (recover.epoch() <= state.lastEpoch()) {
            return Transition.ignored(StepRefusal.EPOCH_PASSED);
        }
        Serving served = new Serving(recover.epoch());
        boolean fromCopy = plan.recovery() == ShardRecovery.FROM_COPY;
        return switch (state) {
            case Absent ignored when fromCopy -> Transition.ignored(StepRefusal.OTHER_STATE);
            case Absent ignored -> Transition.clearing(served);
            case Frozen frozen when config.isAlive(frozen.successor()) -> Transition.ignored(StepRefusal.OTHER_STATE);
            // Where the controller says empty, a copy that is still here is of an earlier time.
            case Frozen ignored -> fromCopy ? Transition.keeping(served) : Transition.clearing(served);
            case Serving ignored -> Transition.ignored(StepRefusal.OTHER_STATE);
            case Exporting ignored -> Transition.ignored(StepRefusal.OTHER_STATE);
            case Importing ignored -> Transition.ignored(StepRefusal.OTHER_STATE);
            case ShardState.Retired ignored -> Transition.ignored(StepRefusal.OTHER_STATE);
        };
    }

    /** The state of a shard once its group is given up for dead, or not part of the cluster any more. */
    static Transition retire(ShardState state) {
        return switch (state) {
            case Absent ignored -> Transition.ignored(StepRefusal.OTHER_STATE);
            case ShardState.Retired ignored -> Transition.ignored(StepRefusal.OTHER_STATE);
            case Serving ignored -> Transition.keeping(new ShardState.Retired(state.lastEpoch()));
            case Exporting ignored -> Transition.keeping(new ShardState.Retired(state.lastEpoch()));
            case Frozen ignored -> Transition.keeping(new ShardState.Retired(state.lastEpoch()));
            case Importing ignored -> Transition.keeping(new ShardState.Retired(state.lastEpoch()));
        };
    }

    static Transition beginImport(ShardState state, ShardPlan plan, GroupId self, ExportName name) {
        if (!name.importer().equals(self) || name.source().equals(self)) {
            return Transition.ignored(StepRefusal.NOT_OURS);
        }
        if (!(state instanceof Absent absent)) {
            return Transition.ignored(StepRefusal.OTHER_STATE);
        }
        if (name.epoch() < Math.max(1, absent.lastEpoch())) {
            return Transition.ignored(StepRefusal.EPOCH_PASSED);
        }
        if (!self.equals(plan.target()) || !name.source().equals(plan.owner()) || plan.epoch() != name.epoch()) {
            return Transition.ignored(StepRefusal.NOT_PLANNED);
        }
        return Transition.clearing(
                new Importing(name.epoch(), name.exportId(), name.source(), absent.lastEpoch(), ImportProgress.NONE));
    }

    static Transition beginExport(ShardState state, ShardPlan plan, GroupId self, boolean cancelled, ExportName name) {
        if (!name.source().equals(self) || name.importer().equals(self)) {
            return Transition.ignored(StepRefusal.NOT_OURS);
        }
        if (cancelled) {
            return Transition.ignored(StepRefusal.CANCELLED);
        }
        if (state.isExporting(name)) {
            return Transition.keeping(state);
        }
        if (state.isFrozenFor(name)) {
            return Transition.ignored(StepRefusal.FROZEN_FOR_IT);
        }
        if (state.servingEpoch() != name.epoch()) {
            boolean mayCome = name.epoch() >= state.lowestEpochToServe();
            return Transition.ignored(mayCome ? StepRefusal.EPOCH_TO_COME : StepRefusal.EPOCH_PASSED);
        }
        if (state instanceof Exporting) {
            return Transition.ignored(StepRefusal.OTHER_STATE);
        }
        if (!name.importer().equals(plan.target())) {
            return Transition.ignored(StepRefusal.NOT_PLANNED);
        }
        return Transition.keeping(new Exporting(name.epoch(), name.exportId(), name.importer()));
    }

    static Transition freeze(ShardState state, GroupId self, ExportName name, long shardTimeMillis) {
        if (!name.source().equals(self)) {
            return Transition.ignored(StepRefusal.NOT_OURS);
        }
        if (state.isFrozenFor(name)) {
            return Transition.keeping(state);
        }
        if (!state.isExporting(name)) {
            return Transition.ignored(StepRefusal.OTHER_STATE);
        }
        return Transition.keeping(new Frozen(name.epoch() + 1, name.exportId(), name.importer(), shardTimeMillis));
    }

    /**
     * Where it is heeded, the caller remembers the id while the group may still serve the epoch named. An id at an
     * epoch that nobody can have planned yet would be remembered for ever; nobody can have begun to import at it.
     *
     * @param full whether no further id can be remembered
     */
    static Transition cancelExport(ShardState state, GroupConfig config, GroupId self, boolean full, ExportName name) {
        if (!name.source().equals(self)) {
            return Transition.ignored(StepRefusal.NOT_OURS);
        }
        if (state.isFrozenFor(name)) {
            return Transition.ignored(StepRefusal.FROZEN_FOR_IT);
        }
        if (state.isExporting(name)) {
            return Transition.keeping(new Serving(name.epoch()));
        }
        if (!config.canHavePlanned(state, self, name)) {
            return Transition.ignored(StepRefusal.EPOCH_TO_COME);
        }
        if (full && name.epoch() >= state.lowestEpochToServe()) {
            return Transition.ignored(StepRefusal.TOO_MANY_CANCELLED);
        }
        return Transition.keeping(state);
    }

    static Transition forgetImport(
            ShardState state, GroupId self, ExportName name, ForgetProof proof, boolean sourceKnown) {
        if (!name.importer().equals(self)) {
            return Transition.ignored(StepRefusal.NOT_OURS);
        }
        if (!state.isImporting(name) || !(state instanceof Importing importing)) {
            return Transition.ignored(StepRefusal.OTHER_STATE);
        }
        if (proof == ForgetProof.SOURCE_GONE && sourceKnown) {
            return Transition.ignored(StepRefusal.SOURCE_KNOWN);
        }
        return Transition.clearing(new Absent(importing.lastEpoch()));
    }

    static Transition cleanUp(ShardState state, GroupId self, ExportName name) {
        if (!name.source().equals(self)) {
            return Transition.ignored(StepRefusal.NOT_OURS);
        }
        if (!state.isFrozenFor(name) || !(state instanceof Frozen frozen)) {
            return Transition.ignored(StepRefusal.OTHER_STATE);
        }
        return Transition.clearing(new Absent(frozen.epoch()));
    }

    /** Whether a chunk is heeded: {@code To(state)} if its items may be taken. */
    static Transition importChunk(ShardState state, GroupId self, ExportName name, Span span) {
        if (!name.importer().equals(self)) {
            return Transition.ignored(StepRefusal.NOT_OURS);
        }
        if (!state.isImporting(name) || !(state instanceof Importing importing)) {
            return Transition.ignored(StepRefusal.OTHER_STATE);
        }
        ImportProgress progress = importing.progress();
        boolean follows = switch (span) {
            case Span.Base base -> !progress.baseComplete() && base.afterKey().equals(progress.lastBaseKey());
            case Span.Round round -> progress.baseComplete() && round.fromRevision() <= progress.revision();
        };
        return follows ? Transition.keeping(state) : Transition.ignored(StepRefusal.GAP);
    }

    /** The state after the items of a heeded chunk were taken. */
    static ShardState logged(Importing importing, Span span, List<ShardItem> items, Digest digest) {
        ImportProgress before = importing.progress();
        ImportProgress after = switch (span) {
            case Span.Base base -> {
                Bytes last = items.isEmpty() ? base.afterKey() : items.getLast().key();
                // A chunk of an earlier leader's snapshot may come late: only the lowest revision is sure.
                long revision = Math.min(before.revision(), base.snapshotRevision());
                yield new ImportProgress(last, base.last(), revision, digest, before.chunks() + 1);
            }
            case Span.Round round ->
                new ImportProgress(
                        before.lastBaseKey(),
                        true,
                        Math.max(before.revision(), round.toRevision()),
                        digest,
                        before.chunks() + 1);
        };
        return new Importing(importing.epoch(), importing.exportId(), importing.source(), importing.lastEpoch(), after);
    }

    /** Whether an activation is heeded so far: {@code To(state)} if its items may be taken and the digests compared. */
    static Transition activate(ShardState state, GroupId self, ExportName name, long fromRevision) {
        if (!name.importer().equals(self)) {
            return Transition.ignored(StepRefusal.NOT_OURS);
        }
        if (!state.isImporting(name) || !(state instanceof Importing importing)) {
            return Transition.ignored(StepRefusal.OTHER_STATE);
        }
        ImportProgress progress = importing.progress();
        boolean complete = progress.baseComplete() && fromRevision <= progress.revision();
        return complete ? Transition.keeping(state) : Transition.ignored(StepRefusal.GAP);
    }

    /** The state after a heeded activation whose items were taken. */
    static Transition activated(Importing importing, boolean digestsEqual) {
        if (digestsEqual) {
            return Transition.keeping(new Serving(importing.epoch() + 1));
        }
        return Transition.clearing(new Importing(
                importing.epoch(),
                importing.exportId(),
                importing.source(),
                importing.lastEpoch(),
                ImportProgress.NONE));
    }
}
