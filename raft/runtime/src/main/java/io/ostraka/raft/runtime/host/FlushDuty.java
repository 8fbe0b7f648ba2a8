package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/**
 * Keeps the log that is in no completed flush within its bound: flushes, on the flush thread, the state machine that
 * holds back most, and then gives back whatever that has made durable, of all replicas, since they may share one store.
 */
final class FlushDuty {

    private final Collection<HostedGroup<?>> groups;
    private final WorkThread thread;
    private final long unflushedBytesMax;
    private final LongSupplier retainedBytesMax;
    private final AtomicBoolean running = new AtomicBoolean();

    FlushDuty(
            Collection<HostedGroup<?>> groups,
            WorkThread thread,
            long unflushedBytesMax,
            LongSupplier retainedBytesMax) {
        this.groups = groups;
        this.thread = thread;
        this.unflushedBytesMax = unflushedBytesMax;
        this.retainedBytesMax = retainedBytesMax;
    }

    /** Looks whether it is time; any thread. */
    void check() {
        long unflushed = 0;
        for (HostedGroup<?> group : groups) {
            // A replica that has stopped flushes no more; what it left must not make the others flush all the time.
            unflushed += group.isRunning() ? group.unflushedBytes() : 0;
        }
        if (unflushed <= unflushedBytesMax) {
            return;
        }
        Optional<HostedGroup<?>> most = groups.stream()
                .filter(HostedGroup::isRunning)
                .max(Comparator.comparingLong(HostedGroup::unflushedBytes));
        most.ifPresent(this::flush);
    }

    /** Flushes what {@code group} holds, unless a flush is running already; any thread. */
    void flush(HostedGroup<?> group) {
        if (!running.compareAndSet(false, true)) {
            return;
        }
        thread.execute(() -> {
            try {
                group.flush();
                for (HostedGroup<?> each : groups) {
                    LogPosition durable = each.durablePosition();
                    each.loop().execute(() -> each.drive(d -> d.flushed(durable, retainedBytesMax.getAsLong())));
                }
            } finally {
                running.set(false);
            }
        });
    }

    /** Returns the replica with that id, if it is among those watched. */
    Optional<HostedGroup<?>> find(ReplicaId replica) {
        return groups.stream()
                .filter(group -> group.descriptor().replica().equals(replica))
                .findFirst();
    }
}
