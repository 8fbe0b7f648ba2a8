package io.ostraka.shardkv.shard;

import static io.ostraka.shardkv.shard.GroupFixture.append;
import static io.ostraka.shardkv.shard.GroupFixture.groups;
import static io.ostraka.shardkv.shard.GroupFixture.key;
import static io.ostraka.shardkv.shard.GroupFixture.plan;
import static io.ostraka.shardkv.shard.GroupFixture.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.proto.Limits;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.shardkv.command.ClientWrite;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.SessionId;
import io.ostraka.shardkv.command.WriteOp;
import io.ostraka.shardkv.session.SessionOptions;
import io.ostraka.shardkv.session.WriteOutcome;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Small requests that would write much: what one apply holds in memory is bounded, in the same way on every replica.
 */
class ApplyLimitsTest {

    private static final int SHARD = 1;
    private static final int VALUE_BYTES = 1_000;
    private static final int KEYS = 12;
    /** Ten of the values, and a little. */
    private static final ApplyLimits SMALL = new ApplyLimits(10 * VALUE_BYTES + 500, 3 * VALUE_BYTES);

    private static final Membership MEMBERS = Membership.of(new ReplicaId(101), new ReplicaId(102));
    private final GroupFixture group = new GroupFixture(1, 1, SessionOptions.DEFAULT, MEMBERS, SMALL);

    @BeforeEach
    void groupHoldsSomeValues() {
        group.configure(groups(group), plan(SHARD, group, 1, null));
        group.apply(new Command.CreateShard(SHARD));
        for (int i = 0; i < KEYS; i++) {
            group.write(1, 1 + i, SHARD, put(key(SHARD, i), "x".repeat(VALUE_BYTES)));
        }
    }

    private static List<WriteOp.KeyOp> appends(int count) {
        List<WriteOp.KeyOp> ops = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ops.add(new WriteOp.Append(key(SHARD, i), Bytes.utf8("!")));
        }
        return ops;
    }

    private WriteResult batch(long number, List<WriteOp.KeyOp> ops) {
        return group.write(2, number, SHARD, new WriteOp.Atomic(ops));
    }

    private static WriteOutcome.Kind kindOf(WriteResult result) {
        return ((WriteResult.Done) result).outcome().kind();
    }

    private int changedKeys() {
        int changed = 0;
        for (int i = 0; i < KEYS; i++) {
            String value = group.get(SHARD, key(SHARD, i));
            changed += value != null && value.endsWith("!") ? 1 : 0;
        }
        return changed;
    }

    @Test
    void batchThatWouldWriteTooMuchIsRefusedAsAWhole_andStaysRefused() {
        WriteResult refused = batch(1, appends(11));

        assertThat(kindOf(refused)).isEqualTo(WriteOutcome.Kind.BATCH_TOO_LARGE);
        assertThat(changedKeys()).isZero();
        assertThat(batch(1, appends(11))).isEqualTo(refused);
        assertThat(kindOf(batch(2, appends(10)))).isEqualTo(WriteOutcome.Kind.WRITTEN);
        assertThat(changedKeys()).isEqualTo(10);
    }

    /** Each append to one key copies the whole value, though only the last one stays. */
    @Test
    void appendsToOneKeyCountEachTime() {
        List<WriteOp.KeyOp> ops = new ArrayList<>();
        for (int i = 0; i < 11; i++) {
            ops.add(new WriteOp.Append(key(SHARD, 0), Bytes.utf8("!")));
        }

        assertThat(kindOf(batch(1, ops))).isEqualTo(WriteOutcome.Kind.BATCH_TOO_LARGE);
        assertThat(changedKeys()).isZero();
    }

    private List<ClientWrite> writesOfOneFrame() {
        List<ClientWrite> writes = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            writes.add(new ClientWrite(
                    new SessionId(7, 3), 1 + i, 1, group.shardTimeMillis(SHARD), SHARD, append(key(SHARD, i), "!")));
        }
        return writes;
    }

    private List<WriteResult> applyFrame(List<ClientWrite> writes) {
        KvResult result = group.apply(new Command.WriteBatch(Limits.VALUE_BYTES_MAX_DEFAULT, writes));
        return ((KvResult.Writes) result).results();
    }

    @Test
    void entryWhoseWritesWriteTooMuchRefusesTheRest_whichThenRunOnce() {
        List<ClientWrite> frame = writesOfOneFrame();

        List<WriteResult> first = applyFrame(frame);

        List<ClientWrite> refused = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            if (first.get(i) instanceof WriteResult.Refused(var reason, var ignored, long time)) {
                assertThat(reason).isEqualTo(WriteResult.Reason.OVERLOADED);
                assertThat(time).isPositive();
                refused.add(frame.get(i));
            }
        }
        assertThat(refused).isNotEmpty().isEqualTo(frame.subList(KEYS - refused.size(), KEYS));
        assertThat(changedKeys()).isEqualTo(KEYS - refused.size());
        applyFrame(refused);
        assertThat(changedKeys()).isEqualTo(KEYS);
        assertThat(applyFrame(frame)).allMatch(WriteResult.Done.class::isInstance);
        assertThat(group.get(SHARD, key(SHARD, KEYS - 1))).isEqualTo("x".repeat(VALUE_BYTES) + "!");
    }

    /** Replicas cut their batches in different places; what an entry does must not depend on that. */
    @Test
    void whatIsRefusedDoesNotDependOnHowEntriesCameTogether() {
        applyFrame(writesOfOneFrame());
        batch(1, appends(11));
        group.apply(new Command.TakeDigest(SHARD));
        ReplicaFixture atOnce =
                new ReplicaFixture(group.id(), MEMBERS, 102, new ApplyLimits(SMALL.writtenBytesMax(), 1 << 20));
        ReplicaFixture oneByOne = new ReplicaFixture(group.id(), MEMBERS, 102, SMALL);

        atOnce.follow(group.log());
        oneByOne.followSlowly(group.log());

        assertThat(atOnce.takeResults()).isEqualTo(oneByOne.takeResults());
        assertThat(atOnce.digest()).isEqualTo(oneByOne.digest());
    }

    @Test
    void batchForTheStoreIsCutWhereItGrowsPastItsBound() {
        ReplicaFixture uncut = new ReplicaFixture(group.id(), MEMBERS, 102);
        ReplicaFixture cut = new ReplicaFixture(group.id(), MEMBERS, 102, SMALL);

        uncut.follow(group.log());
        cut.follow(group.log());

        assertThat(uncut.store().unflushedBatches()).isEqualTo(1);
        assertThat(cut.store().unflushedBatches()).isBetween(KEYS / 4, KEYS / 2);
        assertThat(cut.machine().view().applied())
                .isEqualTo(uncut.machine().view().applied());
    }
}
