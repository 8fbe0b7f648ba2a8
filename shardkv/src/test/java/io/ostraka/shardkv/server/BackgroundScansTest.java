package io.ostraka.shardkv.server;

import static io.ostraka.shardkv.shard.GroupFixture.groups;
import static io.ostraka.shardkv.shard.GroupFixture.key;
import static io.ostraka.shardkv.shard.GroupFixture.plan;
import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.runtime.host.ThreadWorkers;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.WriteOp;
import io.ostraka.shardkv.migration.DigestAnswer;
import io.ostraka.shardkv.shard.GroupFixture;
import io.ostraka.shardkv.shard.ShardScan;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reads of whole shards take turns, and give back what they hold. */
class BackgroundScansTest {

    private static final int SHARD = 1;
    private static final long UNLIMITED = 1L << 40;
    /** After the first piece, the next one is minutes away. */
    private static final long VERY_SLOW = 1_000;

    private final GroupFixture group = new GroupFixture(1, 1);
    private final List<Throwable> broken = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger closed = new AtomicInteger();
    private BackgroundScans scans = new BackgroundScans(new ThreadWorkers(), UNLIMITED, System::nanoTime, broken::add);

    @BeforeEach
    void shardIsLargerThanAPiece() {
        group.configure(groups(group), plan(SHARD, group, 1, null));
        group.apply(new Command.CreateShard(SHARD));
        for (int i = 0; i < 5; i++) {
            group.write(1, 1 + i, SHARD, new WriteOp.Put(key(SHARD, i), Bytes.wrap(new byte[200_000]), 0));
        }
    }

    @AfterEach
    void threadEnds() {
        scans.close();
        assertThat(broken).isEmpty();
    }

    private void limitTo(long bytesPerSecond) {
        scans.close();
        scans = new BackgroundScans(new ThreadWorkers(), bytesPerSecond, System::nanoTime, broken::add);
    }

    private ShardScan scan(long index) {
        return group.scan(SHARD, index, closed::incrementAndGet);
    }

    private void runOne() throws InterruptedException {
        CountDownLatch ran = new CountDownLatch(1);
        scans.execute(ran::countDown);
        assertThat(ran.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void handOverIsNotBehindADigestThatHasUsedUpItsRate() throws InterruptedException {
        limitTo(VERY_SLOW);
        ReplicaDigests digests = new ReplicaDigests(scans);
        digests.begin(scan(5));

        runOne();

        assertThat(digests.answer(5, group.machine().view())).isEqualTo(new DigestAnswer.Pending());
        assertThat(closed).hasValue(0);
    }

    @Test
    void whatTakesManyPiecesTakesTurns() throws InterruptedException {
        StringBuilder order = new StringBuilder();
        CountDownLatch done = new CountDownLatch(2);
        scans.execute(() -> {
            for (String name : List.of("a", "b")) {
                AtomicInteger pieces = new AtomicInteger();
                scans.inPieces(
                        () -> {
                            order.append(name);
                            return pieces.incrementAndGet() == 3;
                        },
                        done::countDown);
            }
        });

        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(order).hasToString("ababab");
    }

    @Test
    void digestIsThatOfTheWholeShard() throws InterruptedException {
        ShardScan expected = scan(0);
        expected.step(UNLIMITED);
        ReplicaDigests digests = new ReplicaDigests(scans);

        digests.begin(scan(6));

        while (closed.get() == 0) {
            runOne();
        }
        assertThat(digests.answer(6, group.machine().view())).isEqualTo(new DigestAnswer.Computed(expected.digest()));
    }

    @Test
    void digestThatIsReplacedEnds_andNobodyHearsOfIt() throws InterruptedException {
        limitTo(VERY_SLOW);
        ReplicaDigests digests = new ReplicaDigests(scans);
        long applied = group.machine().view().applied().index();

        digests.begin(scan(applied - 1));
        digests.begin(scan(applied));
        while (closed.get() == 0) {
            runOne();
        }

        assertThat(digests.answer(applied - 1, group.machine().view())).isEqualTo(new DigestAnswer.Gone());
        assertThat(digests.answer(applied, group.machine().view())).isEqualTo(new DigestAnswer.Pending());
        assertThat(digests.answer(applied + 1, group.machine().view())).isEqualTo(new DigestAnswer.Pending());
    }

    @Test
    void whereDigestsAreOffNothingIsPinned() {
        limitTo(0);
        ReplicaDigests digests = new ReplicaDigests(scans);

        digests.begin(scan(0));

        assertThat(closed).hasValue(1);
        assertThat(digests.answer(0, group.machine().view())).isEqualTo(new DigestAnswer.Gone());
    }

    @Test
    void closingGivesBackWhatIsPinned_alsoWhatComesTooLate() {
        limitTo(VERY_SLOW);
        ReplicaDigests digests = new ReplicaDigests(scans);
        digests.begin(scan(5));

        scans.close();
        assertThat(closed).hasValue(1);

        digests.begin(scan(6));
        assertThat(closed).hasValue(2);
    }
}
