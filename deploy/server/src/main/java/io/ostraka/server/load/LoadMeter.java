package io.ostraka.server.load;

import io.ostraka.raft.runtime.host.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** Counts operations, their latencies, and the longest time that passed without any success. Thread-safe. */
public final class LoadMeter {

    private static final long HIGHEST_MICROS = Duration.ofMinutes(10).toNanos() / 1_000;

    private final Histogram latenciesMicros = new ConcurrentHistogram(HIGHEST_MICROS, 3);
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong unknown = new AtomicLong();
    private final AtomicLong longestNanos = new AtomicLong();
    private final Clock clock;

    /** A meter that has counted nothing, on this clock. */
    public LoadMeter(Clock clock) {
        this.clock = clock;
    }

    /** The time now, for {@link #succeeded} and {@link #pauseSince}. */
    public long nanoTime() {
        return clock.nanoTime();
    }

    /** An operation that began at {@code startNanos} succeeded now. */
    public void succeeded(long startNanos) {
        long nanos = clock.nanoTime() - startNanos;
        latenciesMicros.recordValue(Math.min(HIGHEST_MICROS, nanos / 1_000));
        longestNanos.accumulateAndGet(nanos, Math::max);
    }

    /** An operation was refused for good. */
    public void refused() {
        refused.incrementAndGet();
    }

    /** The outcome of an operation was unknown at its deadline. */
    public void unknown() {
        unknown.incrementAndGet();
    }

    /** A client that saw its last success at {@code sinceNanos} saw none until now. */
    public void pauseSince(long sinceNanos) {
        longestNanos.accumulateAndGet(clock.nanoTime() - sinceNanos, Math::max);
    }

    /** Operations that succeeded. */
    public long successes() {
        return latenciesMicros.getTotalCount();
    }

    /** Operations that were refused. */
    public long refusals() {
        return refused.get();
    }

    /** Operations whose outcome was unknown. */
    public long unknowns() {
        return unknown.get();
    }

    /** The longest time that one client waited for a success. */
    public double longestPauseMillis() {
        return longestNanos.get() / 1e6;
    }

    /** The latency that this share of the successes did not exceed, in milliseconds; 0 if there were none. */
    public double latencyMillis(double percentile) {
        return successes() == 0 ? 0 : latenciesMicros.getValueAtPercentile(percentile) / 1e3;
    }
}
