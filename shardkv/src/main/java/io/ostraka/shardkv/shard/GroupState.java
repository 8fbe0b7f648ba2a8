package io.ostraka.shardkv.shard;

import io.ostraka.raft.core.BrokenInvariantException;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.shardkv.command.Command.ConfigUpdate;
import io.ostraka.shardkv.command.Decoder;
import io.ostraka.shardkv.command.ExportId;
import io.ostraka.shardkv.command.MalformedCommandException;
import io.ostraka.shardkv.command.SessionId;
import io.ostraka.shardkv.command.ShardPlan;
import io.ostraka.shardkv.session.SessionTable;
import io.ostraka.shardkv.store.KvCursor;
import io.ostraka.shardkv.store.KvStore;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A group's state in memory, its way into the store and back. What one call of {@link #write} stores is one batch:
 * data, shard states, position, membership, so that the store always is the state at exactly the position that it
 * names. Not thread-safe: one apply thread.
 */
final class GroupState {

    private final GroupOptions options;
    private final KvStore store;
    private final Consumer<List<ShardView>> beforeDeleting;
    private final StoreKeys keys;
    private final PendingWrites pending;
    private final @Nullable Shard[] shards;
    /** Shards changed since the last write. */
    private final BitSet unwritten = new BitSet();
    /** Shards changed since the last view. */
    private final BitSet unpublished = new BitSet();

    private LogPosition position = LogPosition.ZERO;
    /** The entry before the one that is being applied. */
    private LogPosition previous = LogPosition.ZERO;

    /** Starts at 1, so that a T0 is never 0. */
    private long logTimeMillis = 1;

    private Membership membership;
    private GroupConfig config = GroupConfig.NONE;
    private @Nullable QuarantineMark quarantine;

    /**
     * Loads what the generation holds; of one that is not to be trusted only how far it got.
     *
     * @param beforeDeleting gets the shards that are no longer served, before anything is deleted
     */
    GroupState(GroupOptions options, KvStore store, int generation, Consumer<List<ShardView>> beforeDeleting) {
        this.options = options;
        this.beforeDeleting = beforeDeleting;
        this.store = store;
        this.keys = new StoreKeys(options.replica(), generation);
        this.pending = new PendingWrites(store);
        this.shards = new @Nullable Shard[options.shards()];
        this.membership = options.founding();
        load();
    }

    StoreKeys keys() {
        return keys;
    }

    PendingWrites pending() {
        return pending;
    }

    KvStore store() {
        return store;
    }

    GroupId self() {
        return options.group();
    }

    int shards() {
        return options.shards();
    }

    LogPosition position() {
        return position;
    }

    Membership membership() {
        return membership;
    }

    long logTimeMillis() {
        return logTimeMillis;
    }

    GroupConfig config() {
        return config;
    }

    /** Why the state is not to be trusted; null: it is. */
    @Nullable
    QuarantineMark quarantine() {
        return quarantine;
    }

    /** Distrusts the state, from the entry that is being applied on. */
    void distrust(int shard, long digestIndex) {
        QuarantineMark mark = new QuarantineMark(position, shard, digestIndex);
        quarantine = mark;
        pending.put(keys.quarantine(), Rows.quarantine(mark));
    }

    ApplyLimits limits() {
        return options.limits();
    }

    boolean hasShard(int shard) {
        return shard >= 0 && shard < shards.length;
    }

    Shard shard(int number) {
        Shard shard = shards[number];
        if (shard == null) {
            shard = new Shard(number, keys, pending, options.sessions());
            shards[number] = shard;
        }
        return shard;
    }

    /** The shards of which the group has, or had, something. */
    List<Shard> heldShards() {
        List<Shard> held = new ArrayList<>();
        for (Shard shard : shards) {
            if (shard != null) {
                held.add(shard);
            }
        }
        return held;
    }

    /** Says that a shard changes. */
    void touch(Shard shard) {
        unwritten.set(shard.number());
        unpublished.set(shard.number());
    }

    /** Moves on to an entry. */
    void advance(LogPosition next) {
        if (next.index() != position.index() + 1) {
            throw new BrokenInvariantException(
                    "entry " + next.index() + " was to be applied after " + position.index());
        }
        previous = position;
        position = next;
    }

    /** Takes a leader's stamp: log time never goes back. */
    void stamp(long millis) {
        logTimeMillis = Math.max(logTimeMillis, millis);
    }

    /** Takes a configuration that follows on the present one. */
    void reconfigure(ConfigUpdate update, GroupConfig next) {
        if (update.full()) {
            pending.deleteRange(keys.configShardsFrom(), keys.configShardsTo());
        }
        for (ShardPlan plan : update.shards()) {
            pending.put(keys.configShard(plan.shard()), ConfigRows.plan(plan));
        }
        pending.put(keys.config(), ConfigRows.config(next));
        config = next;
    }

    /** The views of the shards that changed since the last call. */
    List<ShardView> takeChangedViews() {
        List<ShardView> views = new ArrayList<>();
        unpublished.stream().forEach(number -> views.add(shard(number).view()));
        unpublished.clear();
        return views;
    }

    private List<ShardView> changedAndNotServed() {
        List<ShardView> views = new ArrayList<>();
        unpublished.stream().mapToObj(this::shard).forEach(shard -> {
            if (!shard.state().isServing()) {
                views.add(shard.view());
            }
        });
        return views;
    }

    /** Stores everything up to the position as one batch. */
    void write() {
        writeAs(position);
    }

    /**
     * Stores what came before the entry that is being applied, for one that has to scan the store. The entry itself is
     * not named as applied: a crash before the rest of it is stored must run it again.
     */
    void writeBeforeEntry() {
        writeAs(previous);
    }

    private void writeAs(LogPosition stored) {
        unwritten.stream()
                .forEach(number -> pending.put(keys.shard(number), shard(number).encode()));
        unwritten.clear();
        pending.put(keys.applied(), new Rows.Applied(stored, logTimeMillis, membership).encode());
        if (pending.deletesRanges()) {
            beforeDeleting.accept(changedAndNotServed());
        }
        pending.write();
    }

    /** Fills a shard's table of sessions from the store, where everything must be written. */
    void loadSessions(Shard shard, long floorMillis) {
        SessionTable table = shard.resetSessions(floorMillis);
        int number = shard.number();
        scan(
                keys.kindFrom(number, StoreKeys.SESSION_HEAD),
                keys.kindTo(number, StoreKeys.SESSION_HEAD),
                (key, row) ->
                        table.restoreHead(Rows.keyPart("session key", key, 13, GroupState::session), Rows.head(row)));
        scan(keys.kindFrom(number, StoreKeys.SESSION_ROW), keys.kindTo(number, StoreKeys.SESSION_ROW), (key, row) -> {
            Slot slot = Rows.keyPart("session write key", key, 13, d -> new Slot(session(d), d.u16()));
            table.restoreRow(slot.session(), slot.number(), Rows.sessionRow(row));
        });
    }

    /** What to do with one row of a scan. */
    @FunctionalInterface
    interface RowVisitor {
        void visit(Bytes key, Bytes row);
    }

    private void load() {
        Bytes appliedRow = store.get(keys.applied());
        if (appliedRow == null) {
            return;
        }
        Rows.Applied applied = Rows.Applied.decode(appliedRow);
        position = applied.position();
        logTimeMillis = applied.logTimeMillis();
        membership = applied.membership();
        Bytes quarantineRow = store.get(keys.quarantine());
        if (quarantineRow != null) {
            quarantine = Rows.quarantine(quarantineRow);
            return;
        }
        loadConfig();
        scan(keys.shardsFrom(), keys.shardsTo(), (key, row) -> {
            int number = Rows.keyPart("shard key", key, 11, Decoder::u16);
            if (!hasShard(number)) {
                throw new BrokenInvariantException(
                        "the store has shard " + number + ", the cluster only " + shards.length);
            }
            Shard shard = shard(number);
            shard.decode(row);
            unpublished.set(number);
            scan(keys.cancelledFrom(number), keys.cancelledTo(number), (idKey, idRow) -> {
                ExportId id = Rows.keyPart("cancelled key", idKey, 13, Rows::exportId);
                shard.restoreCancelled(id, Rows.revisionOf(idRow));
            });
            if (shard.state().isServing()) {
                loadSessions(shard, shard.sessions().floorMillis());
            }
        });
    }

    private void loadConfig() {
        Bytes row = store.get(keys.config());
        if (row == null) {
            return;
        }
        TreeMap<Integer, ShardPlan> plans = new TreeMap<>();
        scan(keys.configShardsFrom(), keys.configShardsTo(), (key, plan) -> {
            int shard = Rows.keyPart("plan key", key, 11, Decoder::u16);
            plans.put(shard, ConfigRows.plan(shard, plan));
        });
        config = ConfigRows.config(row, plans);
    }

    private void scan(Bytes from, Bytes to, RowVisitor visitor) {
        try (KvCursor cursor = store.scan(from, to)) {
            while (cursor.next()) {
                visitor.visit(cursor.key(), cursor.value());
            }
        }
    }

    /** Where a session has one of its latest writes. */
    private record Slot(SessionId session, int number) {}

    private static SessionId session(Decoder key) throws MalformedCommandException {
        return new SessionId(key.u64(), key.u64());
    }
}
