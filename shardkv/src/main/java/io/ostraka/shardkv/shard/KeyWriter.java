package io.ostraka.shardkv.shard;

import io.ostraka.raft.core.Bytes;
import io.ostraka.shardkv.command.Encoder;
import io.ostraka.shardkv.command.WriteOp;
import io.ostraka.shardkv.session.WriteOutcome;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Changes the keys of a shard. A blind put reads nothing, unless the shard's counters want to know what it replaces. A
 * key past its expiry counts as absent, whether or not it was purged.
 */
final class KeyWriter {

    private final StoreKeys keys;
    private final PendingWrites pending;
    private final ApplyLimits limits;

    KeyWriter(StoreKeys keys, PendingWrites pending, ApplyLimits limits) {
        this.keys = keys;
        this.pending = pending;
        this.limits = limits;
    }

    /** What one change of a key comes to. */
    private sealed interface Effect {
        record Set(DataRow row) implements Effect {}

        record Remove(boolean visible) implements Effect {}

        record Fail(WriteOutcome outcome) implements Effect {}
    }

    /** The shard, the revision of the write, the shard's time, and the largest value. */
    private record Context(Shard shard, long revision, long nowMillis, int valueBytesMax) {}

    /** Runs one change as revision {@code revision} of the shard. */
    WriteOutcome run(Shard shard, WriteOp.KeyOp op, long revision, long nowMillis, int valueBytesMax) {
        Context context = new Context(shard, revision, nowMillis, valueBytesMax);
        Effect effect = effect(context, op, Map.of());
        if (effect instanceof Effect.Fail fail) {
            return fail.outcome();
        }
        store(shard, op.key(), effect);
        return new WriteOutcome(kindOf(effect), revision);
    }

    /** Runs all changes, one after the other, as one revision; none of them if one fails. */
    WriteOutcome runAll(Shard shard, List<WriteOp.KeyOp> ops, long revision, long nowMillis, int valueBytesMax) {
        Context context = new Context(shard, revision, nowMillis, valueBytesMax);
        Map<Bytes, Effect> staged = new LinkedHashMap<>();
        WriteOutcome.Kind kind = WriteOutcome.Kind.WRITTEN;
        long written = 0;
        for (WriteOp.KeyOp op : ops) {
            Effect effect = effect(context, op, staged);
            if (effect instanceof Effect.Fail fail) {
                return fail.outcome();
            }
            written += effect instanceof Effect.Set set ? set.row().value().size() : 0;
            if (written > limits.writtenBytesMax()) {
                return new WriteOutcome(WriteOutcome.Kind.BATCH_TOO_LARGE, revision);
            }
            staged.put(op.key(), effect);
            kind = kindOf(effect);
        }
        for (Map.Entry<Bytes, Effect> each : staged.entrySet()) {
            store(shard, each.getKey(), each.getValue());
        }
        return new WriteOutcome(kind, revision);
    }

    /** Removes a key whose row is known, and its place in the index by expiry. */
    void remove(Shard shard, Bytes key, DataRow row) {
        shard.counters().removed(key, row.value());
        pending.delete(keys.item(shard.number(), StoreKeys.dataItem(key)));
        if (row.expiresAtMillis() != 0) {
            pending.delete(keys.expiry(shard.number(), row.expiresAtMillis(), key));
        }
    }

    /** The row of a key, visible or not. */
    @Nullable
    DataRow row(Shard shard, Bytes key) {
        Bytes row = pending.get(keys.item(shard.number(), StoreKeys.dataItem(key)));
        return row == null ? null : Rows.data(row);
    }

    private Effect effect(Context context, WriteOp.KeyOp op, Map<Bytes, Effect> staged) {
        return switch (op) {
            case WriteOp.Put put -> set(context, put.value(), expiry(context, put.ttlMillis()));
            case WriteOp.Append append -> {
                DataRow found = visible(context, append.key(), staged);
                if (found == null) {
                    yield set(context, append.value(), 0);
                }
                if ((long) found.value().size() + append.value().size() > context.valueBytesMax()) {
                    yield new Effect.Fail(new WriteOutcome(WriteOutcome.Kind.VALUE_TOO_LARGE, context.revision()));
                }
                Bytes value = new Encoder(found.value().size() + append.value().size())
                        .raw(found.value())
                        .raw(append.value())
                        .finish();
                yield set(context, value, found.expiresAtMillis());
            }
            case WriteOp.Delete delete -> new Effect.Remove(visible(context, delete.key(), staged) != null);
            case WriteOp.CompareAndSet cas -> compareAndSet(context, cas, staged);
        };
    }

    private Effect compareAndSet(Context context, WriteOp.CompareAndSet cas, Map<Bytes, Effect> staged) {
        DataRow found = visible(context, cas.key(), staged);
        long revision = found == null ? 0 : found.revision();
        if (revision != cas.expectedRevision()) {
            return new Effect.Fail(new WriteOutcome(WriteOutcome.Kind.CONDITION_FAILED, revision));
        }
        Bytes value = cas.value();
        return value == null ? new Effect.Remove(found != null) : set(context, value, expiry(context, cas.ttlMillis()));
    }

    private @Nullable DataRow visible(Context context, Bytes key, Map<Bytes, Effect> staged) {
        Effect earlier = staged.get(key);
        if (earlier instanceof Effect.Set set) {
            return set.row();
        }
        if (earlier != null) {
            return null;
        }
        DataRow row = row(context.shard(), key);
        return row != null && row.isVisibleAt(context.nowMillis()) ? row : null;
    }

    private void store(Shard shard, Bytes key, Effect effect) {
        switch (effect) {
            case Effect.Set set -> {
                DataRow row = set.row();
                if (shard.counters().counts(key)) {
                    DataRow replaced = row(shard, key);
                    if (replaced != null) {
                        shard.counters().removed(key, replaced.value());
                    }
                    shard.counters().added(key, row.value());
                }
                put(shard, key, row);
            }
            case Effect.Remove ignored -> {
                DataRow row = row(shard, key);
                if (row != null) {
                    remove(shard, key, row);
                }
            }
            case Effect.Fail ignored -> throw new IllegalStateException("a failed change is not stored");
        }
    }

    /** Sets a key's row, and its place in the index by expiry. */
    void put(Shard shard, Bytes key, DataRow row) {
        pending.put(keys.item(shard.number(), StoreKeys.dataItem(key)), row.encode());
        if (row.expiresAtMillis() != 0) {
            pending.put(keys.expiry(shard.number(), row.expiresAtMillis(), key), Bytes.EMPTY);
            shard.expiresAt(row.expiresAtMillis());
        }
    }

    private static WriteOutcome.Kind kindOf(Effect effect) {
        return effect instanceof Effect.Remove remove && !remove.visible()
                ? WriteOutcome.Kind.NOTHING_TO_DELETE
                : WriteOutcome.Kind.WRITTEN;
    }

    private static Effect set(Context context, Bytes value, long expiresAtMillis) {
        return new Effect.Set(new DataRow(context.revision(), expiresAtMillis, value));
    }

    private static long expiry(Context context, long ttlMillis) {
        return ttlMillis == 0 ? 0 : context.nowMillis() + ttlMillis;
    }
}
