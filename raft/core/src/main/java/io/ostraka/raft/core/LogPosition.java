package io.ostraka.raft.core;

/**
 * A point in a log: an index and the term of the entry there. Two logs that have an entry at the same position are
 * equal up to it (paper, section 5.3, Log Matching).
 *
 * @param index the index, 0 before the first entry
 * @param term the term of the entry at that index, 0 before the first entry
 */
public record LogPosition(long index, long term) {

    /** Before the first entry. */
    public static final LogPosition ZERO = new LogPosition(0, 0);

    /** Whether a log that ends here is at least as complete as one that ends at {@code other} (section 5.4.1). */
    public boolean isAtLeastAsUpToDateAs(LogPosition other) {
        return term != other.term ? term > other.term : index >= other.index;
    }
}
