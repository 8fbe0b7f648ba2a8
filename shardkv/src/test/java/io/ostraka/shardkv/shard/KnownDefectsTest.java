package io.ostraka.shardkv.shard;

import static io.ostraka.shardkv.shard.GroupFixture.append;
import static io.ostraka.shardkv.shard.GroupFixture.groups;
import static io.ostraka.shardkv.shard.GroupFixture.handOver;
import static io.ostraka.shardkv.shard.GroupFixture.key;
import static io.ostraka.shardkv.shard.GroupFixture.name;
import static io.ostraka.shardkv.shard.GroupFixture.plan;
import static io.ostraka.shardkv.shard.GroupFixture.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostraka.proto.Feature;
import io.ostraka.proto.Limits;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.EntryType;
import io.ostraka.raft.core.GroupId;
import io.ostraka.shardkv.command.ClientWrite;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.CommandCodec;
import io.ostraka.shardkv.command.Digest;
import io.ostraka.shardkv.command.ExportId;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.command.SessionId;
import io.ostraka.shardkv.command.ShardItem;
import io.ostraka.shardkv.command.ShardPlan;
import io.ostraka.shardkv.command.StampedCommand;
import io.ostraka.shardkv.session.SessionOptions;
import io.ostraka.shardkv.store.KvCursor;
import io.ostraka.shardkv.store.KvSnapshot;
import io.ostraka.shardkv.store.KvStore;
import io.ostraka.shardkv.store.MemoryKvStore;
import io.ostraka.shardkv.store.StoreBatch;
import io.ostraka.shardkv.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Defects that other systems had, by their name in the catalogue of faults; each is shown not to be here. */
class KnownDefectsTest {

    private final GroupFixture a = new GroupFixture(1, 1);
    private final GroupFixture b = new GroupFixture(2, 2);

    private void born(int... shards) {
        List<ShardPlan> plans = new ArrayList<>();
        for (int shard : shards) {
            plans.add(plan(shard, a, 1, b));
        }
        a.configure(groups(a, b), plans.toArray(ShardPlan[]::new));
        b.configure(groups(a, b), plans.toArray(ShardPlan[]::new));
        for (int shard : shards) {
            a.apply(new Command.CreateShard(shard));
        }
    }

    /** The deletion of one shard reached the shards behind it, since the range had no upper bound. */
    @Test
    void d1_h1_m48_cleanUpOfAShardLeavesItsNeighbours() {
        born(0, 1, 2, 3);
        for (int shard = 0; shard < 4; shard++) {
            a.write(1, shard + 1, shard, put(key(shard, 0), "v" + shard));
        }
        ExportName name = name(1, 1, 1, a, b);
        handOver(name, a, b);

        a.apply(new Command.CleanUp(name));

        assertThat(a.rowsOf(1)).isZero();
        for (int shard : new int[] {0, 2, 3}) {
            assertThat(a.get(shard, key(shard, 0))).isEqualTo("v" + shard);
        }
    }

    /** The copy of one shard took the shards behind it along. */
    @Test
    void h2_copyHoldsTheShardAlone() {
        born(0, 1, 2, 3);
        for (int shard = 0; shard < 4; shard++) {
            a.write(1, shard + 1, shard, put(key(shard, 0), "v" + shard));
        }
        handOver(name(1, 1, 1, a, b), a, b);

        assertThat(b.rowsOf(1)).isEqualTo(a.rowsOf(1));
        for (int shard : new int[] {0, 2, 3}) {
            assertThat(b.rowsOf(shard)).isZero();
        }
    }

    /** A restart replayed the log onto a store that had it already: appends were doubled. */
    @Test
    void d2_d4_c9_restartAppliesNothingTwice() {
        born(1);
        SplittableRandom random = new SplittableRandom(4);
        String expected = "";
        for (int i = 1; i <= 60; i++) {
            a.write(1, i, 1, append(key(1, 0), i + ","));
            expected += i + ",";
            if (i % 7 == 0) {
                a.machine().flush();
            }
            if (i % 5 == 0) {
                a.crash(random.nextInt(a.store().unflushedBatches() + 1));
                assertThat(a.get(1, key(1, 0))).isEqualTo(expected);
            }
        }
    }

    /** A shard or group that does not exist, in the log, broke every replica at each restart. */
    @Test
    void d5_z2_m56_shardOutOfRangeIsNoPoisonPill() {
        ExportName name = new ExportName(77, 1, new ExportId(1, 1), a.id(), b.id());
        for (Command command : List.of(
                new Command.CreateShard(77),
                new Command.BeginImport(name),
                new Command.BeginExport(name),
                new Command.Freeze(name),
                new Command.CancelExport(name),
                new Command.CleanUp(name),
                new Command.ForgetImport(name, Command.ForgetProof.SOURCE_GONE),
                new Command.ImportChunk(name, new Command.Span.Round(0, 1), List.of()),
                new Command.Activate(name, 0, List.of(), 0, 0, 0, Digest.EMPTY),
                new Command.PurgeExpired(77, 1))) {
            assertThat(a.apply(command)).isEqualTo(new KvResult.Ignored(StepRefusal.NO_SUCH_SHARD));
        }
        a.configure(groups(a), plan(77, a, 1, null));
        assertThat(a.machine().view().config()).isEqualTo(GroupConfig.NONE);
    }

    /** When the last group left, its data was lost to whoever came next, and served stale to whoever came back. */
    @Test
    void d6_h5_shardWithoutATargetStaysWhereItIs() {
        born(1);
        a.write(1, 1, 1, put(key(1, 0), "kept"));
        a.configure(groups(a), plan(1, a, 1, null));
        assertThat(a.get(1, key(1, 0))).isEqualTo("kept");

        b.configure(groups(a, b), plan(1, a, 1, b));
        a.configure(groups(a, b), plan(1, a, 1, b));
        handOver(name(1, 1, 1, a, b), a, b);

        assertThat(b.get(1, key(1, 0))).isEqualTo("kept");
    }

    /** The table of answered requests grew for ever. */
    @Test
    void d11_x6_sessionsAreBounded() {
        GroupFixture bounded = new GroupFixture(3, 3, new SessionOptions(3_600_000, 20, 10_000, 60_000));
        bounded.configure(groups(bounded), plan(1, bounded, 1, null));
        bounded.apply(new Command.CreateShard(1));
        for (int session = 1; session <= 500; session++) {
            bounded.pass(5_000);
            bounded.write(session, 1, 1, put(key(1, 0), "v" + session));
        }

        assertThat(bounded.machine().view().shard(1).size().sessionRecords()).isLessThanOrEqualTo(20);
        assertThat(bounded.get(1, key(1, 0))).isEqualTo("v500");
        assertThat(bounded.rowsOf(1)).isLessThanOrEqualTo(25);
    }

    /** A failed write to the store became the answer that every retry got. */
    @Test
    void d18_failureOfTheStoreIsNoAnswer() {
        FailingStore store = new FailingStore(a.store());
        born(1);
        GroupStateMachine machine = GroupStateMachine.open(a.options(), store, GroupListener.NONE);
        ClientWrite write = new ClientWrite(new SessionId(7, 7), 1, 1, a.shardTimeMillis(1), 1, append(key(1, 0), "x"));
        Entry entry = new Entry(
                machine.view().applied().index() + 1,
                1,
                EntryType.COMMAND,
                CommandCodec.encode(new StampedCommand(
                        a.logTimeMillis(), new Command.WriteBatch(Limits.VALUE_BYTES_MAX_DEFAULT, List.of(write)))));
        List<KvResult> answers = new ArrayList<>();
        store.failing = true;

        assertThatThrownBy(() -> machine.apply(List.of(entry), (index, result) -> answers.add(result)))
                .isInstanceOf(StoreException.class);

        assertThat(answers).isEmpty();
        assertThat(a.write(write)).isInstanceOf(WriteResult.Done.class);
        assertThat(a.get(1, key(1, 0))).isEqualTo("x");
    }

    /** A shard was moved to where it was, then deleted there. */
    @Test
    void h13_groupNeverImportsFromItself() {
        born(1);
        a.configure(groups(a), plan(1, a, 1, a));
        ExportName toItself = new ExportName(1, 1, new ExportId(1, 1), a.id(), a.id());

        assertThat(a.apply(new Command.BeginImport(toItself))).isEqualTo(new KvResult.Ignored(StepRefusal.NOT_OURS));
        assertThat(a.apply(new Command.BeginExport(toItself))).isEqualTo(new KvResult.Ignored(StepRefusal.NOT_OURS));
    }

    /** A request for an old copy was answered with an empty one, after the data was deleted. */
    @Test
    void h17_nothingIsReadForAHandOverThatIsOver() {
        born(1);
        ExportName name = name(1, 1, 1, a, b);
        handOver(name, a, b);
        assertThat(a.machine().readFrozen(name, Bytes.EMPTY)).isNotNull();

        a.apply(new Command.CleanUp(name));

        assertThat(a.machine().readFrozen(name, Bytes.EMPTY)).isNull();
        assertThat(a.machine().digestFrozen(name, Bytes.EMPTY).digest()).isNull();
    }

    /** A configuration was applied twice, or one was left out. */
    @Test
    void h9_m44_configurationsFollowOnEachOther() {
        Command.ConfigUpdate first = delta(1, "", "h1");
        Command.ConfigUpdate second = delta(2, "h1", "h2");
        Command.ConfigUpdate third = delta(3, "h2", "h3");
        KvResult notNext = new KvResult.Ignored(StepRefusal.CONFIG_NOT_NEXT);

        assertThat(a.apply(first)).isEqualTo(KvResult.Heeded.INSTANCE);
        assertThat(a.apply(third)).isEqualTo(notNext);
        assertThat(a.apply(delta(2, "other", "h2"))).isEqualTo(notNext);
        assertThat(a.apply(second)).isEqualTo(KvResult.Heeded.INSTANCE);
        assertThat(a.apply(second)).isEqualTo(notNext);
        assertThat(a.apply(third)).isEqualTo(KvResult.Heeded.INSTANCE);
        assertThat(a.machine().view().config().revision()).isEqualTo(3);
    }

    private static Command.ConfigUpdate delta(long revision, String before, String after) {
        return new Command.ConfigUpdate(
                revision,
                revision,
                false,
                Bytes.utf8(before),
                Bytes.utf8(after),
                Feature.BASE_LEVEL,
                List.of(),
                List.of(),
                List.of());
    }

    /** Bytes of the log that nobody can read crashed the replica, again and again. */
    @Test
    void z2_z4_anyBytesInTheLogHaveAResult() {
        born(0, 1, 2, 3);
        SplittableRandom random = new SplittableRandom(99);
        ExportName name = name(1, 1, 1, a, b);
        ShardItem item = new ShardItem(StoreKeys.dataItem(key(1, 0)), 3, false, Bytes.wrap(new byte[12]));
        List<Command> commands = List.of(
                new Command.BeginImport(name),
                new Command.BeginExport(name),
                new Command.Freeze(name),
                new Command.CancelExport(name),
                new Command.ImportChunk(name, new Command.Span.Base(Bytes.EMPTY, true, 4), List.of(item)),
                new Command.Activate(name, 4, List.of(item), 9, 5, 77, Digest.EMPTY),
                new Command.CleanUp(name),
                new Command.CreateShard(2),
                new Command.PurgeExpired(2, 100),
                new Command.WriteBatch(
                        1_000,
                        List.of(new ClientWrite(
                                new SessionId(1, 1), 1, 1, a.shardTimeMillis(1), 1, append(key(1, 0), "x")))));
        for (int i = 0; i < 20_000; i++) {
            GroupFixture group = random.nextBoolean() ? a : b;
            Command command = commands.get(random.nextInt(commands.size()));
            byte[] bytes = CommandCodec.encode(new StampedCommand(group.logTimeMillis(), command))
                    .toByteArray();
            for (int changes = random.nextInt(4); changes > 0; changes--) {
                // Not the stamp: a forged one only makes every later T0 old.
                int at = 5 + random.nextInt(bytes.length - 5);
                bytes[at] = (byte) random.nextInt();
            }
            assertThat(group.applyBytes(Bytes.wrap(bytes))).isNotNull();
        }
        a.store().flush();
        a.crash(0);
        b.store().flush();
        b.crash(0);
    }

    /** Two replicas that apply the same log in other batches came to hold other rows. */
    @Test
    void h8_m49_stateDependsOnTheLogAlone() {
        born(0, 1, 2, 3);
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 1; i <= 300; i++) {
            int shard = random.nextInt(4);
            a.write(random.nextInt(5), i, shard, append(key(shard, random.nextInt(4)), "x" + i));
        }
        handOver(name(2, 1, 1, a, b), a, b);
        MemoryKvStore other = new MemoryKvStore();
        GroupStateMachine machine = GroupStateMachine.open(a.options(), other, GroupListener.NONE);
        List<Entry> log = a.log();
        for (int from = 0; from < log.size(); ) {
            int to = Math.min(log.size(), from + 1 + random.nextInt(40));
            machine.apply(log.subList(from, to), (index, result) -> {});
            from = to;
        }

        assertThat(rowsOf(other, a.options())).isEqualTo(rowsOf(a.store(), a.options()));
    }

    /** A group that was only joined never came to hold the rows of a former group with its number. */
    @Test
    void h11_erasedReplicaLeavesNothing() {
        born(1);
        a.write(1, 1, 1, put(key(1, 0), "x"));

        GroupStateMachine.erase(a.store(), a.options().replica());

        assertThat(a.rows()).isEmpty();
        assertThat(GroupStateMachine.open(a.options(), a.store(), GroupListener.NONE)
                        .durable()
                        .position()
                        .index())
                .isZero();
        assertThat(a.id()).isEqualTo(new GroupId(1, 1));
    }

    private static List<String> rowsOf(KvStore store, GroupOptions options) {
        List<String> rows = new ArrayList<>();
        try (KvCursor cursor =
                store.scan(StoreKeys.replicaFrom(options.replica()), StoreKeys.replicaTo(options.replica()))) {
            while (cursor.next()) {
                rows.add(cursor.key() + "=" + cursor.value().hashCode());
            }
        }
        return rows;
    }

    /** A store whose disk fails on demand. */
    private static final class FailingStore implements KvStore {

        private final KvStore store;
        private boolean failing;

        FailingStore(KvStore store) {
            this.store = store;
        }

        @Override
        public void write(StoreBatch batch) {
            if (failing) {
                throw new StoreException("the disk failed");
            }
            store.write(batch);
        }

        @Override
        public @Nullable Bytes get(Bytes key) {
            return store.get(key);
        }

        @Override
        public KvCursor scan(Bytes from, Bytes to) {
            return store.scan(from, to);
        }

        @Override
        public KvSnapshot snapshot() {
            return store.snapshot();
        }

        @Override
        public void flush() {
            store.flush();
        }

        @Override
        public long approximateSize(Bytes from, Bytes to) {
            return store.approximateSize(from, to);
        }

        @Override
        public long diskBytes() {
            return store.diskBytes();
        }

        @Override
        public void close() {
            store.close();
        }
    }
}
