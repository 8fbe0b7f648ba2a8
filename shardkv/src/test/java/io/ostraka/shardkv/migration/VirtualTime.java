package io.ostraka.shardkv.migration;

import java.util.PriorityQueue;
import java.util.SplittableRandom;

/** Time that passes from one event to the next; events of one moment happen in the order in which they were planned. */
final class VirtualTime {

    private static final long MILLI = 1_000_000L;

    private record Event(long atNanos, long order, Runnable run) {}

    private final PriorityQueue<Event> events = new PriorityQueue<>((a, b) -> {
        int byTime = Long.compare(a.atNanos, b.atNanos);
        return byTime != 0 ? byTime : Long.compare(a.order, b.order);
    });
    private final SplittableRandom random;
    private long nowNanos;
    private long nextOrder;

    VirtualTime(SplittableRandom random) {
        this.random = random;
    }

    long nowNanos() {
        return nowNanos;
    }

    /** Lets this much time pass, with all that happens in it. */
    void run(long millis) {
        long endNanos = nowNanos + millis * MILLI;
        while (!events.isEmpty() && events.peek().atNanos <= endNanos) {
            Event event = events.poll();
            nowNanos = event.atNanos;
            event.run.run();
        }
        nowNanos = endNanos;
    }

    /** Something happens after this time, and less than a millisecond more. */
    void after(long millis, Runnable run) {
        events.add(new Event(nowNanos + millis * MILLI + random.nextLong(MILLI), nextOrder++, run));
    }

    void every(long millis, Runnable run) {
        after(millis, () -> {
            run.run();
            every(millis, run);
        });
    }
}
