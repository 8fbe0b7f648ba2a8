package io.ostraka.shardkv.shard;

import static io.ostraka.shardkv.shard.GroupFixture.append;
import static io.ostraka.shardkv.shard.GroupFixture.groups;
import static io.ostraka.shardkv.shard.GroupFixture.key;
import static io.ostraka.shardkv.shard.GroupFixture.plan;
import static io.ostraka.shardkv.shard.GroupFixture.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.proto.Limits;
import io.ostraka.raft.core.Bytes;
import io.ostraka.shardkv.command.ClientWrite;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.SessionId;
import io.ostraka.shardkv.command.WriteOp;
import io.ostraka.shardkv.session.WriteOutcome;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What clients' writes do to a shard, and what refuses them. */
class ShardWritesTest {

    private static final int SHARD = 2;
    private static final Bytes KEY = key(SHARD, 0);
    private static final Bytes OTHER = key(SHARD, 1);

    private final GroupFixture group = new GroupFixture(1, 1);
    private long number;

    @BeforeEach
    void shardIsServed() {
        group.configure(groups(group), plan(SHARD, group, 1, null));
        group.apply(new Command.CreateShard(SHARD));
    }

    private WriteResult write(WriteOp op) {
        number++;
        return group.write(1, number, SHARD, op);
    }

    private static WriteResult written(long revision) {
        return new WriteResult.Done(new WriteOutcome(WriteOutcome.Kind.WRITTEN, revision));
    }

    private static WriteResult done(WriteOutcome.Kind kind, long revision) {
        return new WriteResult.Done(new WriteOutcome(kind, revision));
    }

    private static void assertRefused(WriteResult result, WriteResult.Reason reason) {
        assertThat(result)
                .isInstanceOfSatisfying(
                        WriteResult.Refused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(reason));
    }

    @Test
    void revisionsGrowByOnePerWrite() {
        assertThat(write(put(KEY, "a"))).isEqualTo(written(1));
        assertThat(write(append(KEY, "b"))).isEqualTo(written(2));
        assertThat(group.machine().read(SHARD, KEY)).isEqualTo(new KvRead.Found(Bytes.utf8("ab"), 2));
    }

    @Test
    void deleteSaysWhetherThereWasAKey() {
        write(put(KEY, "a"));

        assertThat(write(new WriteOp.Delete(KEY))).isEqualTo(written(2));
        assertThat(write(new WriteOp.Delete(KEY))).isEqualTo(done(WriteOutcome.Kind.NOTHING_TO_DELETE, 3));
        assertThat(group.get(SHARD, KEY)).isNull();
    }

    @Test
    void compareAndSetAsksForTheRevision() {
        assertThat(write(new WriteOp.CompareAndSet(KEY, 0, Bytes.utf8("a"), 0))).isEqualTo(written(1));
        assertThat(write(new WriteOp.CompareAndSet(KEY, 0, Bytes.utf8("b"), 0)))
                .isEqualTo(done(WriteOutcome.Kind.CONDITION_FAILED, 1));
        assertThat(write(new WriteOp.CompareAndSet(OTHER, 5, Bytes.utf8("b"), 0)))
                .isEqualTo(done(WriteOutcome.Kind.CONDITION_FAILED, 0));
        assertThat(write(new WriteOp.CompareAndSet(KEY, 1, null, 0))).isEqualTo(written(4));
        assertThat(group.get(SHARD, KEY)).isNull();
    }

    @Test
    void atomicBatchIsAllOrNothing() {
        write(put(KEY, "a"));

        WriteResult failed = write(new WriteOp.Atomic(List.of(
                new WriteOp.Put(OTHER, Bytes.utf8("x"), 0), new WriteOp.CompareAndSet(KEY, 9, Bytes.utf8("y"), 0))));
        assertThat(failed).isEqualTo(done(WriteOutcome.Kind.CONDITION_FAILED, 1));
        assertThat(group.get(SHARD, OTHER)).isNull();

        WriteResult held = write(new WriteOp.Atomic(List.of(
                new WriteOp.Append(KEY, Bytes.utf8("b")),
                new WriteOp.Append(KEY, Bytes.utf8("c")),
                new WriteOp.Delete(OTHER),
                new WriteOp.Put(OTHER, Bytes.utf8("x"), 0))));
        assertThat(held).isEqualTo(written(3));
        assertThat(group.get(SHARD, KEY)).isEqualTo("abc");
        assertThat(group.get(SHARD, OTHER)).isEqualTo("x");
    }

    @Test
    void duplicateInTheSameBatchRunsOnce() {
        ClientWrite write =
                new ClientWrite(new SessionId(7, 7), 1, 1, group.shardTimeMillis(SHARD), SHARD, append(KEY, "x"));

        KvResult result = group.apply(new Command.WriteBatch(Limits.VALUE_BYTES_MAX_DEFAULT, List.of(write, write)));

        assertThat(result).isEqualTo(new KvResult.Writes(List.of(written(1), written(1))));
        assertThat(group.get(SHARD, KEY)).isEqualTo("x");
    }

    @Test
    void askTellsWhatBecameOfAWrite_andCancelsWhatNeverRan() {
        ClientWrite write =
                new ClientWrite(new SessionId(7, 7), 1, 1, group.shardTimeMillis(SHARD), SHARD, append(KEY, "x"));
        ClientWrite ask =
                new ClientWrite(new SessionId(7, 7), 1, 1, group.shardTimeMillis(SHARD), SHARD, new WriteOp.Ask());
        ClientWrite askSecond =
                new ClientWrite(new SessionId(7, 7), 2, 1, group.shardTimeMillis(SHARD), SHARD, new WriteOp.Ask());
        ClientWrite second =
                new ClientWrite(new SessionId(7, 7), 2, 1, group.shardTimeMillis(SHARD), SHARD, append(KEY, "y"));
        group.write(write);

        assertThat(group.write(ask)).isEqualTo(new WriteResult.Asked(new WriteOutcome(WriteOutcome.Kind.WRITTEN, 1)));
        WriteOutcome cancelled = new WriteOutcome(WriteOutcome.Kind.CANCELLED, 2);
        assertThat(group.write(askSecond)).isEqualTo(new WriteResult.Asked(cancelled));
        assertThat(group.write(second)).isEqualTo(new WriteResult.Done(cancelled));
        assertThat(group.get(SHARD, KEY)).isEqualTo("x");
    }

    @Test
    void keyWithAnExpiryIsVisibleUntilAnEntryWithThatTimeIsApplied() {
        write(new WriteOp.Put(KEY, Bytes.utf8("a"), 1_000));
        group.pass(999);
        group.apply(new Command.Tick());
        assertThat(group.get(SHARD, KEY)).isEqualTo("a");
        group.pass(1);
        assertThat(group.get(SHARD, KEY)).isEqualTo("a");

        group.apply(new Command.Tick());

        assertThat(group.get(SHARD, KEY)).isNull();
        assertThat(write(new WriteOp.Delete(KEY))).isEqualTo(done(WriteOutcome.Kind.NOTHING_TO_DELETE, 2));
    }

    @Test
    void purgeDeletesWhatIsNoLongerVisible_andNothingElse() {
        write(new WriteOp.Put(KEY, Bytes.utf8("a"), 1_000));
        write(new WriteOp.Put(OTHER, Bytes.utf8("b"), 1_000));
        write(put(OTHER, "stays"));
        write(new WriteOp.Put(key(SHARD, 2), Bytes.utf8("c"), 5_000));
        group.pass(2_000);

        group.apply(new Command.PurgeExpired(SHARD, 100));

        assertThat(group.get(SHARD, KEY)).isNull();
        assertThat(group.get(SHARD, OTHER)).isEqualTo("stays");
        assertThat(group.get(SHARD, key(SHARD, 2))).isEqualTo("c");
        ShardView view = group.machine().view().shard(SHARD);
        assertThat(view.size().keys()).isEqualTo(2);
        assertThat(view.nextExpiryMillis()).isEqualTo(105_000);
    }

    /** A store that was cut in the middle of a purge named the purge as applied, and kept what it was to delete. */
    @Test
    void crashAnywhereInAPurgeLeavesWhatTheLogSays() {
        int batches = 1;
        for (int kept = 0; kept <= batches; kept++) {
            GroupFixture crashed = new GroupFixture(1, 1);
            crashed.configure(groups(crashed), plan(SHARD, crashed, 1, null));
            crashed.apply(new Command.CreateShard(SHARD));
            crashed.write(1, 1, SHARD, new WriteOp.Put(KEY, Bytes.utf8("a"), 1_000));
            crashed.write(1, 2, SHARD, put(OTHER, "stays"));
            crashed.machine().flush();
            crashed.pass(2_000);
            crashed.apply(new Command.PurgeExpired(SHARD, 100));
            Map<Bytes, Bytes> rows = crashed.rows();
            ShardView view = crashed.machine().view().shard(SHARD);
            batches = crashed.store().unflushedBatches();

            crashed.crash(kept);

            assertThat(crashed.machine().view().shard(SHARD)).isEqualTo(view);
            assertThat(crashed.rows()).isEqualTo(rows);
        }
        assertThat(batches).isGreaterThan(1);
    }

    @Test
    void appendKeepsTheExpiry_andStartsAnewOnAnExpiredKey() {
        write(new WriteOp.Put(KEY, Bytes.utf8("a"), 1_000));
        write(append(KEY, "b"));
        group.pass(1_000);

        write(append(KEY, "c"));

        assertThat(group.get(SHARD, KEY)).isEqualTo("c");
        group.apply(new Command.PurgeExpired(SHARD, 100));
        assertThat(group.get(SHARD, KEY)).isEqualTo("c");
    }

    @Test
    void countersAreExactForSmallShards() {
        write(put(KEY, "four"));
        write(put(KEY, "sixsix"));
        write(put(OTHER, "x"));
        write(append(OTHER, "yz"));
        long bytes = (long) KEY.size() + 6 + OTHER.size() + 3;
        assertThat(group.machine().view().shard(SHARD).size()).isEqualTo(new ShardView.ShardSize(2, bytes, true, 2));

        write(new WriteOp.Delete(OTHER));

        assertThat(group.machine().view().shard(SHARD).size().keys()).isEqualTo(1);
    }

    @Test
    void countersOfLargeShardsAreEstimatedFromASample() {
        ShardCounters counters = new ShardCounters();
        int keys = 100_000;
        for (int i = 0; i < keys; i++) {
            Bytes key = Bytes.utf8("user:" + i);
            if (counters.counts(key)) {
                counters.added(key, Bytes.utf8("12345678"));
            }
        }

        assertThat(counters.isExact()).isFalse();
        assertThat((double) counters.keys()).isBetween(keys * 0.95, keys * 1.05);
    }

    @Test
    void whatIsOverALimitIsRefusedInApplyToo() {
        assertRefused(write(put(Bytes.EMPTY, "x")), WriteResult.Reason.INVALID);
        assertRefused(write(put(Bytes.wrap(new byte[Limits.KEY_BYTES_MAX + 1]), "x")), WriteResult.Reason.INVALID);
        assertRefused(
                write(new WriteOp.Put(KEY, Bytes.wrap(new byte[Limits.VALUE_BYTES_MAX_DEFAULT + 1]), 0)),
                WriteResult.Reason.INVALID);
        assertRefused(write(new WriteOp.Put(KEY, Bytes.EMPTY, -1)), WriteResult.Reason.INVALID);
        assertRefused(write(new WriteOp.Put(KEY, Bytes.EMPTY, Long.MAX_VALUE)), WriteResult.Reason.INVALID);
        assertRefused(write(new WriteOp.Atomic(List.of())), WriteResult.Reason.INVALID);
        assertRefused(write(put(key(3, 0), "x")), WriteResult.Reason.INVALID);
        assertRefused(
                group.write(new ClientWrite(new SessionId(7, 7), 1, 1, 1, 77, put(KEY, "x"))),
                WriteResult.Reason.INVALID);
    }

    @Test
    void appendThatGrowsOverTheLimitChangesNothing_andThatIsRemembered() {
        write(new WriteOp.Put(KEY, Bytes.wrap(new byte[Limits.VALUE_BYTES_MAX_DEFAULT]), 0));
        ClientWrite tooMuch =
                new ClientWrite(new SessionId(7, 7), 1, 1, group.shardTimeMillis(SHARD), SHARD, append(KEY, "x"));

        WriteResult refused = group.write(tooMuch);
        write(new WriteOp.Delete(KEY));

        assertThat(refused).isEqualTo(done(WriteOutcome.Kind.VALUE_TOO_LARGE, 2));
        assertThat(group.write(tooMuch)).isEqualTo(refused);
    }
}
