package io.ostraka.raft.core.replication;

import java.util.ArrayDeque;

/** The appends on their way to one follower, in the order in which they were sent. */
final class Inflights {

    private record Flight(long lastIndex, int entries, long bytes) {}

    private final ArrayDeque<Flight> flights = new ArrayDeque<>();
    private long entries;
    private long bytes;

    void add(long lastIndex, int count, long sizeBytes) {
        flights.addLast(new Flight(lastIndex, count, sizeBytes));
        entries += count;
        bytes += sizeBytes;
    }

    /** Everything up to an index has arrived. */
    void arrived(long index) {
        while (!flights.isEmpty() && flights.getFirst().lastIndex() <= index) {
            Flight flight = flights.removeFirst();
            entries -= flight.entries();
            bytes -= flight.bytes();
        }
    }

    void clear() {
        flights.clear();
        entries = 0;
        bytes = 0;
    }

    boolean isEmpty() {
        return flights.isEmpty();
    }

    long entries() {
        return entries;
    }

    long bytes() {
        return bytes;
    }
}
