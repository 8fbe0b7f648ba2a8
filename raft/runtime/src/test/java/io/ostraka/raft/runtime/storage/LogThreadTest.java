package io.ostraka.raft.runtime.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.EntryType;
import io.ostraka.raft.core.HardState;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.storage.ReplicaRecovery.Recovered;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The log's own thread, on real files. */
@NullMarked
@Timeout(60)
final class LogThreadTest {

    private static final LogOptions OPTIONS = new LogOptions(256 << 10, 64 << 10, 3, 2);
    private static final ReplicaId ONE = new ReplicaId(1);
    private static final FatalListener NEVER = cause -> {
        throw new AssertionError(cause);
    };

    private final AtomicLong clock = new AtomicLong();

    private LogThread start(SharedLog log, LogObserver observer, FatalListener fatal) {
        return LogThread.start(log, clock::incrementAndGet, observer, fatal);
    }

    private static LogWrite append(long index, int bytes) {
        Entry entry = new Entry(index, 1, EntryType.COMMAND, Bytes.wrap(new byte[bytes]));
        return new LogWrite.Append(ONE, index, new HardState(1, null, index - 1), List.of(entry));
    }

    @Test
    void writesCompleteInOrderAndAreThereAfterAReopen(@TempDir Path root) throws Exception {
        int count = 2000;
        List<Long> completed = Collections.synchronizedList(new ArrayList<>());
        Disk disk = FileDisk.at(root);
        try (LogThread thread = start(SharedLog.open(disk, OPTIONS).log(), LogObserver.NONE, NEVER)) {
            thread.submit(new LogWrite.Restart(ONE, LogPosition.ZERO), _ -> {});
            for (long index = 1; index <= count; index++) {
                thread.submit(append(index, 300), write -> completed.add(((LogWrite.Append) write).persistId()));
            }
        }
        assertThat(completed).hasSize(count).isSorted();

        Recovery recovery = SharedLog.open(disk, OPTIONS);

        assertThat(((Recovered) recovery.require(ONE)).entries()).hasSize(count);
        recovery.log().close();
    }

    @Test
    void oneForceCoversAllThatWaited(@TempDir Path root) throws Exception {
        AtomicLong forces = new AtomicLong();
        AtomicLong covered = new AtomicLong();
        LogObserver counting = new LogObserver() {
            @Override
            public void forced(long latencyNanos, long bytes, int writes) {
                forces.incrementAndGet();
                covered.addAndGet(writes);
            }

            @Override
            public void pinned(List<LogPin> pins) {}
        };
        CountDownLatch hold = new CountDownLatch(1);
        try (LogThread thread = start(SharedLog.open(FileDisk.at(root), OPTIONS).log(), counting, NEVER)) {
            CountDownLatch held = new CountDownLatch(1);
            thread.submit(new LogWrite.Restart(ONE, LogPosition.ZERO), _ -> {
                held.countDown();
                awaitQuietly(hold);
            });
            held.await();
            for (long index = 1; index <= 500; index++) {
                thread.submit(append(index, 10), _ -> {});
            }
            hold.countDown();
        }
        assertThat(covered).hasValue(501);
        assertThat(forces).hasValue(2);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void segmentsAreUsedAgainOnceReleased(@TempDir Path root) throws Exception {
        Disk disk = FileDisk.at(root);
        try (LogThread thread = start(SharedLog.open(disk, OPTIONS).log(), LogObserver.NONE, NEVER)) {
            thread.submit(new LogWrite.Restart(ONE, LogPosition.ZERO), _ -> {});
            for (long index = 1; index <= 3000; index++) {
                CompletableFuture<Void> done = new CompletableFuture<>();
                thread.submit(append(index, 1000), _ -> done.complete(null));
                if (index % 50 == 0) {
                    thread.submit(new LogWrite.Release(ONE, new LogPosition(index, 1)), _ -> {});
                    done.get(30, TimeUnit.SECONDS);
                }
            }
        }
        assertThat(disk.list("log")).hasSizeLessThan(8);
        Recovery recovery = SharedLog.open(disk, OPTIONS);
        assertThat(((Recovered) recovery.require(ONE)).base()).isEqualTo(new LogPosition(3000, 1));
        recovery.log().close();
    }

    @Test
    void theFirstFailureIsFinal(@TempDir Path root) throws Exception {
        CompletableFuture<Throwable> told = new CompletableFuture<>();
        List<LogWrite> completed = Collections.synchronizedList(new ArrayList<>());
        try (LogThread thread =
                start(SharedLog.open(FileDisk.at(root), OPTIONS).log(), LogObserver.NONE, told::complete)) {
            thread.submit(append(7, 10), completed::add);
            assertThat(told.get(30, TimeUnit.SECONDS)).isInstanceOf(IllegalArgumentException.class);
            thread.submit(new LogWrite.Restart(ONE, LogPosition.ZERO), completed::add);
        }
        assertThat(completed).isEmpty();
    }
}
