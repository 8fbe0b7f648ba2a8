package io.ostraka.raft.runtime.storage;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Counts, for each segment of the log, the entries in it that some replica still needs. */
final class LiveEntries {

    private static final class Count {
        private long entries;
        private long bytes;
    }

    private final NavigableMap<Long, Count> segments = new TreeMap<>();

    void begin(long generation) {
        segments.putIfAbsent(generation, new Count());
    }

    void end(long generation) {
        segments.remove(generation);
    }

    void add(long generation, long bytes) {
        Count count = segments.computeIfAbsent(generation, _ -> new Count());
        count.entries++;
        count.bytes += bytes;
    }

    void drop(long generation, long bytes) {
        Count count = segments.get(generation);
        if (count == null || count.entries == 0) {
            throw new IllegalStateException("the log dropped an entry of segment " + generation + " twice");
        }
        count.entries--;
        count.bytes -= bytes;
    }

    /** The first segment that is needed. The newest always is. */
    long oldestNeeded() {
        for (Map.Entry<Long, Count> segment : segments.entrySet()) {
            if (segment.getValue().entries > 0) {
                return segment.getKey();
            }
        }
        return segments.lastKey();
    }

    long oldest() {
        return segments.firstKey();
    }

    long newest() {
        return segments.lastKey();
    }

    long bytesIn(long generation) {
        Count count = segments.get(generation);
        return count == null ? 0 : count.bytes;
    }

    boolean has(long generation) {
        return segments.containsKey(generation);
    }

    int segments() {
        return segments.size();
    }
}
