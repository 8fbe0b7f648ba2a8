package io.ostraka.raft.runtime.host;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/** Since when the log has owed an answer: what tells a disk that hangs from one that has nothing to do. Any thread. */
final class WritesInFlight {

    private final AtomicLong numbers = new AtomicLong();
    private final ConcurrentSkipListMap<Long, Long> begun = new ConcurrentSkipListMap<>();

    /** Notes a write that begins, and returns its number. */
    long begun(long nowNanos) {
        long number = numbers.incrementAndGet();
        begun.put(number, nowNanos);
        return number;
    }

    /** Notes that a write has ended, and returns how long it took. */
    long ended(long number, long nowNanos) {
        Long since = begun.remove(number);
        return since == null ? 0 : nowNanos - since;
    }

    /** Returns how long the oldest write has been waiting, 0 if there is none. */
    long oldestNanos(long nowNanos) {
        Map.Entry<Long, Long> oldest = begun.firstEntry();
        return oldest == null ? 0 : nowNanos - oldest.getValue();
    }
}
