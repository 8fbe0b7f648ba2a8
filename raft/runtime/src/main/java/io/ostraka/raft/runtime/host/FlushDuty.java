package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.storage.LogPin;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the log that is in no completed flush within its bound: flushes, on the flush thread, the state machine that
 * holds back most, and then gives back whatever that has made durable, of all replicas, since they may share one store.
 */
final class FlushDuty {

    private final Collection<HostedGroup<?>> groups;
    private final Worker thread;
    private final long unflushedBytesMax;
    private final Supplier<RetainedLog> retained;
    private final AtomicBoolean running = new AtomicBoolean();

    FlushDuty(
            Collection<HostedGroup<?>> groups, Worker thread, long unflushedBytesMax, Supplier<RetainedLog> retained) {
        this.groups = groups;
        this.thread = thread;
        this.unflushedBytesMax = unflushedBytesMax;
        this.retained = retained;
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
        most.ifPresent(group -> free(group, Long.MAX_VALUE, retained.get()));
    }

    /**
     * Frees an old segment: of the replicas that hold it, the one with most in it flushes, unless it has, and gives
     * back also what it keeps for followers that lag, unless they get a snapshot. Any thread.
     */
    void unpin(List<LogPin> pins) {
        HostedGroup<?> holder = null;
        LogPin most = null;
        for (LogPin pin : pins) {
            HostedGroup<?> group = most == null || pin.bytes() > most.bytes() ? find(pin.replica()) : null;
            if (group != null) {
                holder = group;
                most = pin;
            }
        }
        if (holder != null && most != null) {
            free(holder, most.upToIndex(), retained.get().forTransfersOnly());
        }
    }

    /** Flushes what {@code group} holds if it is not durable up to {@code index}, unless a flush is running already. */
    private void free(HostedGroup<?> group, long index, RetainedLog ofGroup) {
        if (!running.compareAndSet(false, true)) {
            return;
        }
        thread.execute(() -> {
            try {
                if (group.durablePosition().index() < index) {
                    group.flush();
                }
                for (HostedGroup<?> each : groups) {
                    LogPosition durable = each.durablePosition();
                    RetainedLog kept = each.equals(group) ? ofGroup : retained.get();
                    each.loop().execute(() -> each.drive(d -> d.flushed(durable, kept)));
                }
            } finally {
                running.set(false);
            }
        });
    }

    private @Nullable HostedGroup<?> find(ReplicaId replica) {
        for (HostedGroup<?> group : groups) {
            if (group.isRunning() && group.descriptor().replica().equals(replica)) {
                return group;
            }
        }
        return null;
    }
}
