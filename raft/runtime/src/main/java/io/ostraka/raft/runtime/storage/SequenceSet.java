package io.ostraka.raft.runtime.storage;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** A set of sequence numbers, kept as runs, since they come with few gaps. */
final class SequenceSet {

    private final NavigableMap<Long, Long> runs = new TreeMap<>();

    void add(long sequence) {
        Map.Entry<Long, Long> run = runs.floorEntry(sequence);
        if (run != null && run.getValue() >= sequence) {
            return;
        }
        long first = run != null && run.getValue() == sequence - 1 ? run.getKey() : sequence;
        Long next = runs.remove(sequence + 1);
        runs.put(first, next == null ? sequence : next);
    }

    /** Whether every number from {@code first} to {@code last} is in it; so is nothing, if the range is empty. */
    boolean containsAll(long first, long last) {
        if (first > last) {
            return true;
        }
        Map.Entry<Long, Long> run = runs.floorEntry(first);
        return run != null && run.getValue() >= last;
    }
}
