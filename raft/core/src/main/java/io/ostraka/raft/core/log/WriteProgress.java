package io.ostraka.raft.core.log;

import io.ostraka.raft.core.BrokenInvariantException;
import java.util.ArrayDeque;

/**
 * Numbers the writes of a replica and knows how much of its log is durable. Writes become durable in their order.
 *
 * <p>A write that is under way when its entries are replaced proves nothing about what replaced them, so a truncation
 * caps what it will prove.
 */
public final class WriteProgress {

    private static final class Write {
        private final long id;
        private long lastIndex;

        private Write(long id, long lastIndex) {
            this.id = id;
            this.lastIndex = lastIndex;
        }
    }

    private final ArrayDeque<Write> underWay = new ArrayDeque<>();
    private long lastId;
    private long durableId;
    private long durableIndex;

    /** Starts with a log that is durable up to an index. */
    public WriteProgress(long durableIndex) {
        this.durableIndex = durableIndex;
    }

    /** Numbers a write after which the log on disk ends at an index. */
    public long begin(long lastIndex) {
        lastId++;
        underWay.addLast(new Write(lastId, lastIndex));
        return lastId;
    }

    /**
     * Notes that everything up to a write is durable.
     *
     * @throws BrokenInvariantException if there was no such write
     */
    public void persisted(long id) {
        if (id > lastId) {
            throw new BrokenInvariantException("write " + id + " is said to be durable, the last is " + lastId);
        }
        durableId = Math.max(durableId, id);
        while (!underWay.isEmpty() && underWay.getFirst().id <= id) {
            durableIndex = Math.max(durableIndex, underWay.removeFirst().lastIndex);
        }
    }

    /** Notes that the entries from an index on are being replaced. */
    public void truncatedFrom(long index) {
        durableIndex = Math.min(durableIndex, index - 1);
        for (Write write : underWay) {
            write.lastIndex = Math.min(write.lastIndex, index - 1);
        }
    }

    /** Notes that a durable snapshot stands for everything up to an index, and that nothing after it is left. */
    public void restartedAt(long index) {
        for (Write write : underWay) {
            write.lastIndex = Math.min(write.lastIndex, index);
        }
        durableIndex = index;
    }

    /** The number of the latest write, 0 if there was none. */
    public long lastId() {
        return lastId;
    }

    /** Whether a write is durable. */
    public boolean isDurable(long id) {
        return id <= durableId;
    }

    /** Up to where the log is durable. */
    public long durableIndex() {
        return durableIndex;
    }
}
