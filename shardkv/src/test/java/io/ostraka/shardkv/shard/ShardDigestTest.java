package io.ostraka.shardkv.shard;

import static io.ostraka.shardkv.shard.GroupFixture.groups;
import static io.ostraka.shardkv.shard.GroupFixture.key;
import static io.ostraka.shardkv.shard.GroupFixture.plan;
import static io.ostraka.shardkv.shard.GroupFixture.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostraka.raft.core.BrokenInvariantException;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.runtime.statemachine.SnapshotReader;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.Digest;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.command.WriteOp;
import io.ostraka.shardkv.session.SessionOptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Replicas that applied the same hold the same, byte for byte; one that does not is told, and is as if it had nothing.
 */
class ShardDigestTest {

    private static final int SHARD = 1;
    private static final Bytes KEY = key(SHARD, 0);
    private static final Membership MEMBERS = Membership.of(new ReplicaId(101), new ReplicaId(102), new ReplicaId(103));

    /** Stands for the log; its own replica is 101. */
    private final GroupFixture log = new GroupFixture(1, 1, SessionOptions.DEFAULT, MEMBERS);

    private final ReplicaFixture right = new ReplicaFixture(log.id(), MEMBERS, 102);
    private final ReplicaFixture wrong = new ReplicaFixture(log.id(), MEMBERS, 103);

    @BeforeEach
    void groupHoldsSomethingOfEverything() {
        GroupFixture other = new GroupFixture(2, 2);
        log.configure(groups(log, other), plan(SHARD, log, 1, other), plan(2, log, 1, null));
        log.apply(new Command.CreateShard(SHARD));
        log.apply(new Command.CreateShard(2));
        for (int i = 0; i < 20; i++) {
            log.write(i % 3, 1 + i, SHARD, put(key(SHARD, i), "value " + i));
        }
        log.write(1, 100, SHARD, new WriteOp.Put(key(SHARD, 3), Bytes.utf8("goes"), 1_000));
        log.write(1, 101, SHARD, new WriteOp.Put(key(SHARD, 4), Bytes.utf8("goes later"), 100_000));
        log.write(1, 102, SHARD, new WriteOp.Delete(key(SHARD, 5)));
        log.write(1, 103, SHARD, new WriteOp.Append(KEY, Bytes.utf8("!")));
        log.write(1, 104, SHARD, new WriteOp.CompareAndSet(KEY, 1, Bytes.utf8("never"), 0));
        log.pass(2_000);
        log.apply(new Command.PurgeExpired(SHARD, 10));
        ExportName given = GroupFixture.name(SHARD, 1, 7, log, other);
        log.apply(new Command.BeginExport(given));
        log.apply(new Command.CancelExport(given));
    }

    private void digestEverywhere() {
        log.apply(new Command.TakeDigest(SHARD));
        right.follow(log.log());
        wrong.follow(log.log());
    }

    private void quarantine(ReplicaFixture replica) {
        log.apply(new Command.Quarantine(
                new ReplicaId(replica == right ? 102 : 103),
                SHARD,
                log.machine().view().applied().index()));
    }

    @Test
    void replicasHaveTheSameDigestHoweverTheyGotThere() {
        right.followSlowly(log.log());
        right.machine().flush();
        log.write(2, 200, SHARD, put(KEY, "after the flush"));
        right.follow(log.log());
        right.crash();
        wrong.follow(log.log().subList(0, 5));
        right.follow(log.log());
        wrong.install(right);

        digestEverywhere();

        assertThat(right.digest()).isEqualTo(wrong.digest()).isNotEqualTo(Digest.EMPTY);
        assertThat(right.takeResults())
                .last()
                .isEqualTo(new KvResult.DigestBegun(SHARD, log.log().size()));
    }

    @Test
    void digestIsTheSameInPieces() {
        digestEverywhere();

        assertThat(right.digest(1)).isEqualTo(wrong.digest(1 << 20));
    }

    @Test
    void whateverRowDiffersTheDigestDoes() {
        digestEverywhere();
        Digest expected = right.digest();
        assertThat(wrong.rows(SHARD)).hasSizeGreaterThan(40);

        for (Bytes row : wrong.rows(SHARD).keySet()) {
            ReplicaFixture damaged = new ReplicaFixture(log.id(), MEMBERS, 103);
            damaged.follow(log.log());
            damaged.corrupt(row);
            log.apply(new Command.TakeDigest(SHARD));
            damaged.follow(log.log());

            assertThat(damaged.digest()).as("damage of %s", row).isNotEqualTo(expected);
        }
        right.follow(log.log());
        assertThat(right.digest()).isEqualTo(expected);
    }

    @Test
    void digestIsOfItsEntry_whateverComesAfterInTheSameBatch() {
        log.apply(new Command.TakeDigest(SHARD));
        right.follow(log.log());
        log.write(2, 200, SHARD, put(KEY, "later"));
        wrong.follow(log.log());
        right.follow(log.log());

        assertThat(wrong.digest()).isEqualTo(right.digest());
        assertThat(right.scan().index()).isEqualTo(log.log().size() - 1);
    }

    @Test
    void digestOfAShardThatThereIsNotIsRefused() {
        assertThat(log.apply(new Command.TakeDigest(99))).isEqualTo(new KvResult.Ignored(StepRefusal.NO_SUCH_SHARD));
    }

    @Test
    void quarantinedReplicaServesAndShowsNothing() {
        right.follow(log.log());
        wrong.follow(log.log());
        quarantine(wrong);
        right.follow(log.log());
        wrong.follow(log.log());

        assertThat(wrong.machine().read(SHARD, KEY)).isInstanceOf(KvRead.NotServing.class);
        assertThat(wrong.machine().view().known()).isEmpty();
        assertThat(wrong.machine().view().config()).isEqualTo(GroupConfig.NONE);
        assertThat(wrong.machine().quarantinedAt())
                .isEqualTo(new LogPosition(log.log().size(), 1));
        assertThatThrownBy(() -> wrong.machine().openSnapshot()).isInstanceOf(BrokenInvariantException.class);
        assertThat(right.machine().read(SHARD, KEY)).isInstanceOf(KvRead.Found.class);
        assertThat(right.machine().quarantinedAt()).isNull();
    }

    @Test
    void quarantinedReplicaTakesNothingAfterTheEntryThatSaysSo() {
        quarantine(wrong);
        log.write(2, 200, SHARD, put(KEY, "later"));

        wrong.follow(log.log());

        assertThat(wrong.machine().view().applied().index()).isEqualTo(log.log().size() - 1);
        assertThat(wrong.takeResults()).hasSize(log.log().size() - 1);
    }

    @Test
    void quarantineOutlivesRestarts_whetherTheStoreHadItOrTheLog() {
        right.follow(log.log());
        wrong.follow(log.log());
        wrong.machine().flush();
        quarantine(wrong);
        wrong.follow(log.log());

        wrong.crash();
        assertThat(wrong.machine().quarantinedAt()).isNull();
        wrong.follow(log.log());
        assertThat(wrong.machine().quarantinedAt()).isNotNull();

        wrong.machine().flush();
        wrong.crash();
        assertThat(wrong.machine().quarantinedAt())
                .isEqualTo(new LogPosition(log.log().size(), 1));
        assertThat(wrong.machine().read(SHARD, KEY)).isInstanceOf(KvRead.NotServing.class);
        assertThat(wrong.machine().view().known()).isEmpty();
    }

    @Test
    void quarantineEndsWithTheStateOfAPeer() {
        right.follow(log.log());
        wrong.follow(log.log());
        wrong.corrupt(SHARD, KEY);
        quarantine(wrong);
        wrong.follow(log.log());
        right.follow(log.log());

        wrong.install(right);

        assertThat(wrong.machine().quarantinedAt()).isNull();
        assertThat(wrong.machine().read(SHARD, KEY)).isEqualTo(right.machine().read(SHARD, KEY));
        wrong.crash();
        assertThat(wrong.machine().quarantinedAt()).isNull();
        digestEverywhere();
        assertThat(wrong.digest()).isEqualTo(right.digest());
    }

    /** What is being sent when the state is found out must not be installed anywhere. */
    @Test
    void whatWasPinnedBeforeIsNotSentAnyMore() {
        wrong.follow(log.log());
        SnapshotReader pinned = wrong.machine().openSnapshot();
        quarantine(wrong);
        wrong.follow(log.log());

        assertThatThrownBy(() -> pinned.read(0)).isInstanceOf(IllegalStateException.class);

        right.follow(log.log());
        wrong.install(right);
        assertThatThrownBy(() -> pinned.read(0)).isInstanceOf(IllegalStateException.class);
    }
}
