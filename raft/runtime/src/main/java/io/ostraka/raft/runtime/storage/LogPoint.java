package io.ostraka.raft.runtime.storage;

/**
 * A place in the log.
 *
 * @param generation which segment; later ones have higher numbers
 * @param offset the byte within it
 */
record LogPoint(long generation, long offset) implements Comparable<LogPoint> {

    /** Before everything. */
    static final LogPoint ZERO = new LogPoint(0, 0);

    @Override
    public int compareTo(LogPoint other) {
        int byGeneration = Long.compare(generation, other.generation);
        return byGeneration != 0 ? byGeneration : Long.compare(offset, other.offset);
    }

    boolean isBefore(LogPoint other) {
        return compareTo(other) < 0;
    }

    LogPoint max(LogPoint other) {
        return compareTo(other) >= 0 ? this : other;
    }

    @Override
    public String toString() {
        return SegmentName.of(generation) + " at byte " + offset;
    }
}
