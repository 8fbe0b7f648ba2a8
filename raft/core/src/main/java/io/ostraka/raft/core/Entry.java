package io.ostraka.raft.core;

/**
 * One entry of the replicated log.
 *
 * @param index its position; the first index of a log is 1
 * @param term the term of the leader that made it
 * @param type what it is for
 * @param payload what the state machine gets, opaque to Raft
 */
public record Entry(long index, long term, EntryType type, Bytes payload) {

    private static final int OVERHEAD_BYTES = 32;

    /** What the entry counts for in windows, batches and budgets: its payload and a fixed overhead. */
    public long sizeBytes() {
        return (long) payload.size() + OVERHEAD_BYTES;
    }

    /** Index and term. */
    public LogPosition position() {
        return new LogPosition(index, term);
    }
}
