package io.ostraka.raft.testkit.sim;

import java.util.PriorityQueue;
import java.util.random.RandomGenerator;

/**
 * Virtual time: events run in the order of their times, those of equal time in an order that the seed decides. Nothing
 * happens between events, and an event takes no time. For one thread.
 */
public final class EventQueue {

    private record Event(long atNanos, long tie, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return atNanos == other.atNanos ? Long.compare(tie, other.tie) : Long.compare(atNanos, other.atNanos);
        }
    }

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final RandomGenerator random;
    private long nowNanos;
    private long ran;

    /** Makes an empty queue at time 0. */
    public EventQueue(RandomGenerator random) {
        this.random = random;
    }

    /** Returns the virtual time. */
    public long nowNanos() {
        return nowNanos;
    }

    /** Returns how many events have run. */
    public long ran() {
        return ran;
    }

    /** Has {@code action} run once {@code delayNanos} have passed. */
    public void after(long delayNanos, Runnable action) {
        events.add(new Event(nowNanos + Math.max(0, delayNanos), random.nextLong(), action));
    }

    /** Runs everything that happens until {@code nanos}, which is the time afterwards. */
    public void runUntil(long nanos) {
        for (Event next = events.peek(); next != null && next.atNanos() <= nanos; next = events.peek()) {
            runNext();
        }
        nowNanos = Math.max(nowNanos, nanos);
    }

    /** Runs the next event; returns false if there is none. */
    public boolean runNext() {
        Event next = events.poll();
        if (next == null) {
            return false;
        }
        nowNanos = next.atNanos();
        ran++;
        next.action().run();
        return true;
    }
}
