package io.ostraka.raft.testkit.linearizability;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * How much work a check may be. Deciding linearizability is NP-complete (Gibbons and Korach 1997): for every bound
 * there are histories that need more, and what is then undecided must count as a failure.
 *
 * @param configurationsMax how many different points of the search each partition may reach; each is remembered, at
 *     about 200 bytes and the size of a state
 * @param isOver asked now and then; true ends the check
 */
public record Bound(long configurationsMax, BooleanSupplier isOver) {

    /** Two million configurations, however long that takes. */
    public static final Bound DEFAULT = new Bound(2_000_000, () -> false);

    /** The same, with another number of configurations. */
    public Bound withConfigurations(long max) {
        return new Bound(max, isOver);
    }

    /**
     * The same, over when this much time has passed from now on.
     *
     * @param clock a monotonic clock in nanoseconds
     */
    public Bound within(Duration time, LongSupplier clock) {
        long begin = clock.getAsLong();
        return new Bound(configurationsMax, () -> clock.getAsLong() - begin > time.toNanos());
    }
}
