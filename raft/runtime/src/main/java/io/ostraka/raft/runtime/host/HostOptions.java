package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.RaftConfig;
import java.util.concurrent.TimeUnit;

/**
 * What can be set on a {@link RaftHost}.
 *
 * @param raft the options of each replica's core
 * @param tickNanos the time between two looks at the clock; a fraction of the election timeout
 * @param queuedBytesMax how many bytes of commands may wait, for one loop, to be proposed; past it they are refused
 * @param unflushedBytesMax how much log may be in no completed flush of a store, in bytes over all replicas
 * @param retainedBytesMax how much flushed log is kept for followers that lag, in bytes over all replicas
 * @param transferRetainedBytesMax how much flushed log is kept for followers that get a snapshot, until they have
 *     caught up, in bytes over all replicas; a transfer in which more than that is written begins anew
 * @param slowWriteNanos a log write that takes longer marks the disk as sick
 * @param diskRecoveryNanos how long no write may be slow before the disk counts as healthy again
 * @param randomSeed what the election timeouts are drawn from, different on each node
 */
public record HostOptions(
        RaftConfig raft,
        long tickNanos,
        long queuedBytesMax,
        long unflushedBytesMax,
        long retainedBytesMax,
        long transferRetainedBytesMax,
        long slowWriteNanos,
        long diskRecoveryNanos,
        long randomSeed) {

    /** Checks the bounds. */
    public HostOptions {
        boolean timely = tickNanos > 0;
        boolean roomy = queuedBytesMax > 0 && unflushedBytesMax > 0;
        if (!timely || !roomy || retainedBytesMax < 0 || transferRetainedBytesMax < 0) {
            throw new IllegalArgumentException("host options out of bounds");
        }
    }

    /** Returns the defaults for a core with the options {@code raft}. */
    public static HostOptions defaults(RaftConfig raft, long randomSeed) {
        return new HostOptions(
                raft,
                Math.max(TimeUnit.MILLISECONDS.toNanos(10), raft.heartbeatIntervalNanos() / 2),
                64L << 20,
                64L << 20,
                32L << 20,
                256L << 20,
                TimeUnit.SECONDS.toNanos(1),
                TimeUnit.SECONDS.toNanos(30),
                randomSeed);
    }
}
