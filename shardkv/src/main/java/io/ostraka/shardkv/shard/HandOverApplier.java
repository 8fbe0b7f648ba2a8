package io.ostraka.shardkv.shard;

import io.ostraka.proto.Feature;
import io.ostraka.proto.config.ShardRecovery;
import io.ostraka.raft.core.BrokenInvariantException;
import io.ostraka.raft.core.Bytes;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.Command.ConfigUpdate;
import io.ostraka.shardkv.command.Decoder;
import io.ostraka.shardkv.command.Digest;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.command.ShardPlan;
import io.ostraka.shardkv.store.KvCursor;

/** Applies everything that is not a client's write: configuration, birth, hand-over, purge (DESIGN section 5). */
final class HandOverApplier {

    private static final int PURGED_MAX = 1_024;

    private final GroupState group;
    private final KeyWriter writer;
    private final ItemTaker taker;

    HandOverApplier(GroupState group, KeyWriter writer) {
        this.group = group;
        this.writer = writer;
        this.taker = new ItemTaker(group.keys(), group.pending(), writer);
    }

    KvResult configure(ConfigUpdate update) {
        if (update.featureLevel() > Feature.NEWEST_LEVEL) {
            // What follows in the log may be of a kind that is not known here: skipping it would end in another state.
            throw new BrokenInvariantException(ConfigRows.tooNew(update.featureLevel()));
        }
        for (ShardPlan plan : update.shards()) {
            if (!group.hasShard(plan.shard())) {
                return new KvResult.Ignored(StepRefusal.NO_SUCH_SHARD);
            }
        }
        GroupConfig next = group.config().extended(update);
        if (next == null) {
            return new KvResult.Ignored(StepRefusal.CONFIG_NOT_NEXT);
        }
        group.reconfigure(update, next);
        if (next.hasRetired(group.self()) || next.goesOnWithout(group.self())) {
            for (Shard shard : group.heldShards()) {
                settle(shard, Transitions.retire(shard.state()));
                shard.resetSessions(shard.sessions().floorMillis());
            }
        }
        return KvResult.Heeded.INSTANCE;
    }

    KvResult recover(Command.RecoverShard recover) {
        if (!group.hasShard(recover.shard())) {
            return new KvResult.Ignored(StepRefusal.NO_SUCH_SHARD);
        }
        Shard shard = group.shard(recover.shard());
        ShardState before = shard.state();
        KvResult result = settle(shard, Transitions.recoverShard(before, group.config(), group.self(), recover));
        if (!(result instanceof KvResult.Heeded)) {
            return result;
        }
        shard.skipRevisions(recover.epoch());
        boolean fromCopy = group.config().plan(recover.shard()).recovery() == ShardRecovery.FROM_COPY;
        if (fromCopy && before instanceof ShardState.Frozen frozen) {
            shard.thaw(frozen.shardTimeMillis() - group.logTimeMillis());
            group.write();
            group.loadSessions(shard, shard.sessions().floorMillis());
        }
        return result;
    }

    KvResult create(int number) {
        if (!group.hasShard(number)) {
            return new KvResult.Ignored(StepRefusal.NO_SUCH_SHARD);
        }
        Shard shard = group.shard(number);
        return settle(
                shard, Transitions.createShard(shard.state(), group.config().plan(number), group.self()));
    }

    KvResult step(Command.HandOverStep step) {
        ExportName name = step.name();
        if (!group.hasShard(name.shard())) {
            return new KvResult.Ignored(StepRefusal.NO_SUCH_SHARD);
        }
        StepRefusal gone = GonePeers.refusal(step, group.config());
        if (gone != null) {
            return new KvResult.Ignored(gone);
        }
        Shard shard = group.shard(name.shard());
        ShardState state = shard.state();
        ShardPlan plan = group.config().plan(name.shard());
        return switch (step) {
            case Command.BeginImport ignored -> settle(shard, Transitions.beginImport(state, plan, group.self(), name));
            case Command.BeginExport ignored ->
                settle(
                        shard,
                        Transitions.beginExport(state, plan, group.self(), shard.isCancelled(name.exportId()), name));
            case Command.Freeze ignored -> freeze(shard, name);
            case Command.CancelExport ignored -> cancel(shard, name);
            case Command.ForgetImport forget ->
                settle(
                        shard,
                        Transitions.forgetImport(
                                state,
                                group.self(),
                                name,
                                forget.proof(),
                                group.config().isAlive(name.source())));
            case Command.CleanUp ignored -> settle(shard, Transitions.cleanUp(state, group.self(), name));
            case Command.ImportChunk chunk -> importChunk(shard, chunk);
            case Command.Activate activate -> activate(shard, activate);
        };
    }

    KvResult purge(Command.PurgeExpired purge) {
        if (!group.hasShard(purge.shard())) {
            return new KvResult.Ignored(StepRefusal.NO_SUCH_SHARD);
        }
        Shard shard = group.shard(purge.shard());
        if (!(shard.state() instanceof ShardState.Serving)) {
            return new KvResult.Ignored(StepRefusal.OTHER_STATE);
        }
        group.writeBeforeEntry();
        purge(shard, Math.clamp(purge.keysMax(), 1, PURGED_MAX));
        group.touch(shard);
        return KvResult.Heeded.INSTANCE;
    }

    private KvResult settle(Shard shard, Transition transition) {
        return switch (transition) {
            case Transition.Ignored ignored -> new KvResult.Ignored(ignored.why());
            case Transition.To to -> {
                group.touch(shard);
                shard.enter(to);
                yield KvResult.Heeded.INSTANCE;
            }
        };
    }

    private KvResult freeze(Shard shard, ExportName name) {
        long shardTime = shard.timeMillis(group.logTimeMillis());
        boolean served = shard.state().isServing();
        KvResult result = settle(shard, Transitions.freeze(shard.state(), group.self(), name, shardTime));
        if (served && !shard.state().isServing()) {
            // The rows are what moves; nobody asks the table any more.
            shard.resetSessions(shard.sessions().floorMillis());
        }
        return result;
    }

    private KvResult cancel(Shard shard, ExportName name) {
        boolean full = shard.isFullFor(name.exportId());
        KvResult result =
                settle(shard, Transitions.cancelExport(shard.state(), group.config(), group.self(), full, name));
        if (result instanceof KvResult.Heeded) {
            shard.rememberCancelled(name);
        }
        return result;
    }

    private KvResult importChunk(Shard shard, Command.ImportChunk chunk) {
        Transition guard = Transitions.importChunk(shard.state(), group.self(), chunk.name(), chunk.span());
        if (guard instanceof Transition.Ignored ignored) {
            return new KvResult.Ignored(ignored.why());
        }
        if (!(shard.state() instanceof ShardState.Importing importing) || !ItemTaker.areValid(chunk.items())) {
            return new KvResult.Ignored(StepRefusal.INVALID);
        }
        Digest digest = taker.take(shard, chunk.items(), importing.progress().digest());
        return settle(shard, Transition.keeping(Transitions.logged(importing, chunk.span(), chunk.items(), digest)));
    }

    private KvResult activate(Shard shard, Command.Activate activate) {
        ExportName name = activate.name();
        Transition guard = Transitions.activate(shard.state(), group.self(), name, activate.fromRevision());
        if (guard instanceof Transition.Ignored ignored) {
            return new KvResult.Ignored(ignored.why());
        }
        if (!(shard.state() instanceof ShardState.Importing importing) || !ItemTaker.areValid(activate.items())) {
            return new KvResult.Ignored(StepRefusal.INVALID);
        }
        Digest digest = taker.take(shard, activate.items(), importing.progress().digest());
        boolean equal = digest.equals(activate.digest());
        settle(shard, Transitions.activated(importing, equal));
        if (!equal) {
            return new KvResult.Ignored(StepRefusal.DIGEST_MISMATCH);
        }
        int number = shard.number();
        group.pending()
                .deleteRange(
                        group.keys().kindFrom(number, StoreKeys.TOMBSTONE),
                        group.keys().kindTo(number, StoreKeys.TOMBSTONE));
        shard.arrive(
                name, activate.revision(), activate.shardTimeMillis() - group.logTimeMillis(), activate.floorMillis());
        group.write();
        group.loadSessions(shard, activate.floorMillis());
        group.touch(shard);
        return KvResult.Heeded.INSTANCE;
    }

    private void purge(Shard shard, int keysMax) {
        int number = shard.number();
        long now = shard.timeMillis(group.logTimeMillis());
        long next = Long.MAX_VALUE;
        int seen = 0;
        StoreKeys keys = group.keys();
        try (KvCursor cursor =
                group.store().scan(keys.kindFrom(number, StoreKeys.EXPIRY), keys.kindTo(number, StoreKeys.EXPIRY))) {
            while (cursor.next()) {
                Bytes indexKey = cursor.key();
                long expiresAt = Rows.decode("expiry key", indexKey.slice(13, indexKey.size()), Decoder::u64);
                if (expiresAt > now || seen == keysMax) {
                    next = expiresAt;
                    break;
                }
                seen++;
                Bytes key = indexKey.slice(21, indexKey.size());
                DataRow row = writer.row(shard, key);
                if (row != null && row.expiresAtMillis() == expiresAt) {
                    writer.remove(shard, key, row);
                } else {
                    // The key was written again since.
                    group.pending().delete(indexKey);
                }
            }
        }
        shard.nextExpiry(next);
    }
}
