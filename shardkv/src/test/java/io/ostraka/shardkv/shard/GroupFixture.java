package io.ostraka.shardkv.shard;

import com.google.protobuf.ByteString;
import io.ostraka.proto.Feature;
import io.ostraka.proto.Limits;
import io.ostraka.proto.ShardHash;
import io.ostraka.proto.config.GroupStanding;
import io.ostraka.proto.config.ShardRecovery;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.EntryType;
import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.runtime.statemachine.SnapshotChunk;
import io.ostraka.raft.runtime.statemachine.SnapshotHeader;
import io.ostraka.raft.runtime.statemachine.SnapshotReader;
import io.ostraka.raft.runtime.statemachine.SnapshotWriter;
import io.ostraka.shardkv.command.ClientWrite;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.CommandCodec;
import io.ostraka.shardkv.command.Digest;
import io.ostraka.shardkv.command.ExportId;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.command.GroupPlan;
import io.ostraka.shardkv.command.SessionId;
import io.ostraka.shardkv.command.ShardPlan;
import io.ostraka.shardkv.command.StampedCommand;
import io.ostraka.shardkv.command.WriteOp;
import io.ostraka.shardkv.session.SessionOptions;
import io.ostraka.shardkv.store.KvCursor;
import io.ostraka.shardkv.store.KvSnapshot;
import io.ostraka.shardkv.store.MemoryKvStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A group of one replica over a store in memory: what is proposed is applied at once, at the fixture's log time. */
public final class GroupFixture {

    /** How many shards the cluster of a fixture has. */
    public static final int SHARDS = 4;

    private final GroupOptions options;
    private final List<Entry> log = new ArrayList<>();
    private MemoryKvStore store = new MemoryKvStore();
    private GroupStateMachine machine;
    private long logTimeMillis = 100_000;
    private long configRevision;

    /** A group that knows nothing. */
    public GroupFixture(long gid, long incarnation) {
        this(gid, incarnation, SessionOptions.DEFAULT);
    }

    /** A group that knows nothing, with its own bounds of sessions. */
    public GroupFixture(long gid, long incarnation, SessionOptions sessions) {
        this(gid, incarnation, sessions, Membership.of(new ReplicaId(gid * 100 + incarnation)));
    }

    /** A group that knows nothing, with more members than the one replica that is there, which is the first. */
    public GroupFixture(long gid, long incarnation, SessionOptions sessions, Membership members) {
        this(gid, incarnation, sessions, members, ApplyLimits.DEFAULT);
    }

    GroupFixture(long gid, long incarnation, SessionOptions sessions, Membership members, ApplyLimits limits) {
        ReplicaId replica = members.voters().getFirst();
        options = new GroupOptions(new GroupId(gid, incarnation), replica, members, SHARDS, sessions, limits);
        machine = GroupStateMachine.open(options, store, GroupListener.NONE);
    }

    public GroupId id() {
        return options.group();
    }

    public GroupOptions options() {
        return options;
    }

    public GroupStateMachine machine() {
        return machine;
    }

    public MemoryKvStore store() {
        return store;
    }

    public List<Entry> log() {
        return log;
    }

    public ShardState state(int shard) {
        return machine.view().shard(shard).state();
    }

    public long logTimeMillis() {
        return logTimeMillis;
    }

    /** Lets time pass for the leader. */
    public void pass(long millis) {
        logTimeMillis += millis;
    }

    /** Shard time as a client would be told. */
    public long shardTimeMillis(int shard) {
        return machine.view().shard(shard).shardTimeMillis(logTimeMillis);
    }

    /** Proposes and applies one command. */
    public KvResult apply(Command command) {
        return applyBytes(CommandCodec.encode(new StampedCommand(logTimeMillis, command)));
    }

    /** Proposes and applies any bytes. */
    public KvResult applyBytes(Bytes payload) {
        List<KvResult> results = new ArrayList<>();
        Entry entry = new Entry(machine.view().applied().index() + 1, 1, EntryType.COMMAND, payload);
        log.add(entry);
        machine.apply(List.of(entry), (index, result) -> results.add(result));
        return results.getFirst();
    }

    /** Applies several commands as one batch. */
    public List<KvResult> applyAll(Command... commands) {
        List<KvResult> results = new ArrayList<>();
        List<Entry> entries = new ArrayList<>();
        long index = machine.view().applied().index();
        for (Command command : commands) {
            index++;
            entries.add(new Entry(
                    index, 1, EntryType.COMMAND, CommandCodec.encode(new StampedCommand(logTimeMillis, command))));
        }
        log.addAll(entries);
        machine.apply(entries, (at, result) -> results.add(result));
        return results;
    }

    /** Applies a configuration of these groups and plans, in full. */
    public void configure(List<GroupPlan> groups, ShardPlan... plans) {
        configure(configRevision + 1, groups, plans);
    }

    /** As {@link #configure(List, ShardPlan...)}, by the map with this number. */
    public void configure(long num, List<GroupPlan> groups, ShardPlan... plans) {
        configRevision++;
        apply(new Command.ConfigUpdate(
                configRevision,
                num,
                true,
                Bytes.EMPTY,
                Bytes.utf8("hash" + configRevision),
                Feature.NEWEST_LEVEL,
                Arrays.asList(plans),
                groups,
                List.of()));
    }

    /** Runs one client's write. */
    public WriteResult write(ClientWrite write) {
        KvResult result = apply(new Command.WriteBatch(Limits.VALUE_BYTES_MAX_DEFAULT, List.of(write)));
        return ((KvResult.Writes) result).results().getFirst();
    }

    /** A write of session {@code session} with T0 now and nothing else unanswered. */
    public WriteResult write(long session, long number, int shard, WriteOp op) {
        return write(new ClientWrite(new SessionId(7, session), number, number, shardTimeMillis(shard), shard, op));
    }

    /** The value of a key, or null. */
    public @Nullable String get(int shard, Bytes key) {
        return machine.read(shard, key) instanceof KvRead.Found found
                ? found.value().toUtf8()
                : null;
    }

    /** Kills the process, losing what the store had not flushed beyond {@code kept} batches, and replays the log. */
    public void crash(int kept) {
        store = store.crash(kept);
        machine = GroupStateMachine.open(options, store, GroupListener.NONE);
        long from = machine.durable().position().index();
        List<Entry> rest = log.stream().filter(entry -> entry.index() > from).toList();
        machine.apply(rest, (index, result) -> {});
    }

    /** Replaces what the replica has by a snapshot of the same state, as its leader would send it. */
    public void repair() {
        MemoryKvStore fresh = new MemoryKvStore();
        GroupStateMachine repaired = GroupStateMachine.open(options, fresh, GroupListener.NONE);
        try (SnapshotReader reader = machine.openSnapshot()) {
            SnapshotWriter writer = repaired.beginInstall(new SnapshotHeader(reader.position(), reader.membership()));
            long sequence = 0;
            SnapshotChunk chunk = reader.read(sequence);
            while (chunk != null) {
                writer.write(chunk);
                sequence++;
                chunk = reader.read(sequence);
            }
            writer.commit();
        }
        store = fresh;
        machine = repaired;
    }

    /** A scan of a shard as it is now. */
    public ShardScan scan(int shard, long index, Runnable onClose) {
        KvSnapshot pinned = store.snapshot();
        KvSnapshot observed = new KvSnapshot() {
            @Override
            public @Nullable Bytes get(Bytes key) {
                return pinned.get(key);
            }

            @Override
            public KvCursor scan(Bytes from, Bytes to) {
                return pinned.scan(from, to);
            }

            @Override
            public void close() {
                pinned.close();
                onClose.run();
            }
        };
        StoreKeys keys = new StoreKeys(options.replica(), machine.view().generation());
        return new ShardScan(observed, keys, shard, index);
    }

    /** The shards of which the store holds something else than one that had applied the log in one go. */
    public List<Integer> shardsUnlikeReplayed() {
        MemoryKvStore otherStore = new MemoryKvStore();
        GroupStateMachine other = GroupStateMachine.open(options, otherStore, GroupListener.NONE);
        other.apply(log, (index, result) -> {});
        List<Integer> unlike = new ArrayList<>();
        for (int shard = 0; shard < options.shards(); shard++) {
            if (!digest(store, machine, shard).equals(digest(otherStore, other, shard))) {
                unlike.add(shard);
            }
        }
        return unlike;
    }

    private Digest digest(MemoryKvStore rows, GroupStateMachine of, int shard) {
        StoreKeys keys = new StoreKeys(options.replica(), of.view().generation());
        try (ShardScan scan = new ShardScan(rows.snapshot(), keys, shard, 0)) {
            while (!scan.isDone()) {
                scan.step(1 << 20);
            }
            return scan.digest();
        }
    }

    /** Every row of the replica. */
    public Map<Bytes, Bytes> rows() {
        Map<Bytes, Bytes> rows = new HashMap<>();
        try (KvCursor cursor =
                store.scan(StoreKeys.replicaFrom(options.replica()), StoreKeys.replicaTo(options.replica()))) {
            while (cursor.next()) {
                rows.put(cursor.key(), cursor.value());
            }
        }
        return rows;
    }

    /** How many rows the shard's range holds. */
    public int rowsOf(int shard) {
        StoreKeys keys = new StoreKeys(options.replica(), machine.view().generation());
        int rows = 0;
        try (KvCursor cursor = store.scan(keys.shardFrom(shard), keys.shardTo(shard))) {
            while (cursor.next()) {
                rows++;
            }
        }
        return rows;
    }

    /** The first steps of a hand-over, up to the freeze. */
    public static void freeze(ExportName name, GroupFixture source, GroupFixture importer) {
        importer.apply(new Command.BeginImport(name));
        source.apply(new Command.BeginExport(name));
        source.apply(new Command.Freeze(name));
    }

    /** Copies what is frozen, in chunks, into the importer's log. */
    public static void copy(ExportName name, GroupFixture source, GroupFixture importer) {
        Bytes after = Bytes.EMPTY;
        FrozenChunk chunk;
        do {
            chunk = source.machine().readFrozen(name, after);
            if (chunk == null) {
                throw new AssertionError("not frozen for " + name);
            }
            importer.apply(new Command.ImportChunk(
                    name,
                    new Command.Span.Base(
                            after,
                            chunk.last(),
                            source.machine().view().shard(name.shard()).revision()),
                    chunk.items()));
            after = chunk.items().isEmpty() ? after : chunk.items().getLast().key();
        } while (!chunk.last());
    }

    /** The activation that follows on a complete copy. */
    public static Command.Activate activation(ExportName name, GroupFixture source) {
        ShardView shard = source.machine().view().shard(name.shard());
        Digest digest = digestFrozen(name, source, lastKey(name, source));
        if (digest == null || !(shard.state() instanceof ShardState.Frozen frozen)) {
            throw new AssertionError("not frozen for " + name);
        }
        return new Command.Activate(
                name,
                shard.revision(),
                List.of(),
                shard.revision(),
                frozen.shardTimeMillis(),
                shard.floorMillis(),
                digest);
    }

    /** All steps of a hand-over but the clean-up. */
    public static KvResult handOver(ExportName name, GroupFixture source, GroupFixture importer) {
        freeze(name, source, importer);
        copy(name, source, importer);
        return importer.apply(activation(name, source));
    }

    /** The digest of a frozen shard up to a key, computed in small pieces; null if it is not frozen for this. */
    public static @Nullable Digest digestFrozen(ExportName name, GroupFixture source, Bytes lastKey) {
        FrozenDigest digest = source.machine().digestFrozen(name, lastKey);
        boolean done = false;
        while (!done) {
            done = digest.step(100);
        }
        return digest.digest();
    }

    private static Bytes lastKey(ExportName name, GroupFixture source) {
        Bytes last = Bytes.EMPTY;
        FrozenChunk chunk;
        do {
            chunk = source.machine().readFrozen(name, last);
            if (chunk == null) {
                throw new AssertionError("not frozen for " + name);
            }
            last = chunk.items().isEmpty() ? last : chunk.items().getLast().key();
        } while (!chunk.last());
        return last;
    }

    /** The name of a hand-over. */
    public static ExportName name(int shard, long epoch, long id, GroupFixture source, GroupFixture importer) {
        return new ExportName(shard, epoch, new ExportId(1, id), source.id(), importer.id());
    }

    /** A plan row. */
    public static ShardPlan plan(int shard, @Nullable GroupFixture owner, long epoch, @Nullable GroupFixture target) {
        return new ShardPlan(shard, owner == null ? null : owner.id(), epoch, target == null ? null : target.id());
    }

    /** The plan of a shard that the controller recovers. */
    public static ShardPlan lost(int shard, GroupFixture owner, long epoch, ShardRecovery recovery) {
        return new ShardPlan(shard, owner.id(), epoch, null, recovery);
    }

    /** Rows of groups that stay, and of one that was given up for dead. */
    public static List<GroupPlan> groupsAndRetired(GroupFixture retired, GroupFixture... groups) {
        List<GroupPlan> plans = new ArrayList<>(groups(groups));
        plans.add(new GroupPlan(retired.id(), GroupStanding.RETIRED));
        return plans;
    }

    /** Rows of groups that stay. */
    public static List<GroupPlan> groups(GroupFixture... groups) {
        return Arrays.stream(groups)
                .map(each -> new GroupPlan(each.id(), false))
                .toList();
    }

    /** The {@code n}-th key of a shard. */
    public static Bytes key(int shard, int n) {
        int found = 0;
        for (int i = 0; ; i++) {
            Bytes key = Bytes.utf8("key-" + i);
            if (ShardHash.shardOf(ByteString.copyFrom(key.toByteArray()), SHARDS) == shard && found++ == n) {
                return key;
            }
        }
    }

    /** A put that does not expire. */
    public static WriteOp put(Bytes key, String value) {
        return new WriteOp.Put(key, Bytes.utf8(value), 0);
    }

    /** An append. */
    public static WriteOp append(Bytes key, String value) {
        return new WriteOp.Append(key, Bytes.utf8(value));
    }
}
