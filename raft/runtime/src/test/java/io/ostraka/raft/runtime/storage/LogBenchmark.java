package io.ostraka.raft.runtime.storage;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.EntryType;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.NullMarked;

/**
 * Appends a second through the log's thread beside the disk's own rate of {@code fdatasync}; run by hand, with the
 * directory to use as argument.
 */
@NullMarked
final class LogBenchmark {

    private static final int PAYLOAD_BYTES = 256;
    private static final long RUN_NANOS = 4_000_000_000L;

    private LogBenchmark() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path root = Files.createDirectories(Path.of(arguments[0]));
        System.out.printf(Locale.ROOT, "raw fdatasync of 512 bytes, zero-filled file: %.0f/s%n", rawForces(root, true));
        System.out.printf(Locale.ROOT, "raw fdatasync of 512 bytes, growing file: %.0f/s%n", rawForces(root, false));
        for (int inFlight : new int[] {1, 16, 64, 256}) {
            run(FileDisk.at(Files.createTempDirectory(root, "log")), inFlight);
        }
    }

    private static double rawForces(Path root, boolean filled) throws IOException {
        Disk disk = FileDisk.at(Files.createTempDirectory(root, "raw"));
        try (DiskFile file = disk.create("file")) {
            if (filled) {
                file.write(0, ByteBuffer.allocateDirect(16 << 20));
                file.force();
            }
            ByteBuffer sector = ByteBuffer.allocateDirect(512);
            long start = System.nanoTime();
            long count = 0;
            for (; System.nanoTime() - start < RUN_NANOS / 2 && count < 32_000; count++) {
                file.write(count * 512, sector.clear());
                file.force();
            }
            return count * 1e9 / (System.nanoTime() - start);
        }
    }

    private static void run(Disk disk, int inFlight) throws DiskException, InterruptedException {
        List<Long> latencies = new ArrayList<>();
        AtomicLong forces = new AtomicLong();
        LogObserver observer = new LogObserver() {
            @Override
            public void forced(long latencyNanos, long bytes, int writes) {
                forces.incrementAndGet();
                latencies.add(latencyNanos);
            }

            @Override
            public void pinned(List<LogPin> pins) {}
        };
        Semaphore window = new Semaphore(inFlight);
        ReplicaId replica = new ReplicaId(1);
        long index = 0;
        long start = System.nanoTime();
        SharedLog log = SharedLog.open(disk, LogOptions.DEFAULT).log();
        try (LogThread thread = LogThread.start(log, System::nanoTime, observer, Throwable::printStackTrace)) {
            thread.submit(new LogWrite.Restart(replica, LogPosition.ZERO), _ -> {});
            while (System.nanoTime() - start < RUN_NANOS) {
                window.acquire();
                Entry entry = new Entry(++index, 1, EntryType.COMMAND, Bytes.wrap(new byte[PAYLOAD_BYTES]));
                thread.submit(new LogWrite.Append(replica, index, null, List.of(entry)), _ -> window.release());
                if (index % 10_000 == 0) {
                    thread.submit(new LogWrite.Release(replica, new LogPosition(index, 1)), _ -> {});
                }
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        latencies.sort(null);
        System.out.printf(
                Locale.ROOT,
                "%3d in flight: %.0f appends/s, %.0f forces/s, force p50 %.2f ms, p99 %.2f ms%n",
                inFlight,
                index / seconds,
                forces.get() / seconds,
                latencies.get(latencies.size() / 2) / 1e6,
                latencies.get(latencies.size() * 99 / 100) / 1e6);
    }
}
