package io.ostraka.raft.core.log;

import io.ostraka.raft.core.BrokenInvariantException;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.LogPosition;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The replicated log after its base, wholly in memory, with the indexes that only grow: committed, emitted to the host,
 * applied by the host.
 *
 * <p>Entries lie in a ring that is addressed by index, so that appending, releasing a prefix and looking up cost no
 * moves. The order of the indexes is {@code base <= applied <= emitted <= commit <= last}; nothing at or below
 * {@code commit} is ever replaced.
 */
public final class RaftLog {

    private static final int CAPACITY_MIN = 64;

    private @Nullable Entry[] ring = new @Nullable Entry[CAPACITY_MIN];
    private LogPosition base;
    private long lastIndex;
    private long commit;
    private long emitted;
    private long applied;
    private long firstUnwritten;
    private long uncommittedBytes;
    private long unappliedBytes;
    private Slice lastSlice = new Slice(0, 0, List.of());

    private record Slice(long from, long to, List<Entry> entries) {}

    /**
     * A log as it was found on disk.
     *
     * @throws BrokenInvariantException if it has gaps, falling terms, or ends below what is known to be committed
     */
    public RaftLog(LogPosition base, List<Entry> entries, long commit) {
        this.base = base;
        this.lastIndex = base.index();
        this.commit = base.index();
        this.emitted = base.index();
        this.applied = base.index();
        for (Entry entry : entries) {
            if (entry.index() != lastIndex + 1 || entry.term() < lastTerm()) {
                throw new BrokenInvariantException(
                        "restored log has " + entry.position() + " after " + last() + ": it is damaged");
            }
            put(entry);
        }
        firstUnwritten = lastIndex + 1;
        if (commit > lastIndex) {
            throw new BrokenInvariantException(
                    "restored log ends at " + last() + " but " + commit + " is committed: it lost entries");
        }
        commitTo(commit);
    }

    /** Where the log begins: the last position that is not in memory. */
    public LogPosition base() {
        return base;
    }

    /** Where the log ends. */
    public LogPosition last() {
        return new LogPosition(lastIndex, lastTerm());
    }

    /** The index of the last entry, or of the base if there is none. */
    public long lastIndex() {
        return lastIndex;
    }

    /** Up to where entries are committed. */
    public long commit() {
        return commit;
    }

    /** Up to where the host has applied. */
    public long applied() {
        return applied;
    }

    /** Bytes of entries that are not committed. */
    public long uncommittedBytes() {
        return uncommittedBytes;
    }

    /** Bytes of entries that are committed but not applied. */
    public long unappliedBytes() {
        return unappliedBytes;
    }

    /** Whether the term at this index is known: it is the base's or an entry's. */
    public boolean knows(long index) {
        return index >= base.index() && index <= lastIndex;
    }

    /** The term at an index that is {@linkplain #knows known}. */
    public long termAt(long index) {
        return index == base.index() ? base.term() : get(index).term();
    }

    /** Whether this log has an entry at exactly this position. */
    public boolean matches(LogPosition position) {
        return knows(position.index()) && termAt(position.index()) == position.term();
    }

    /**
     * The last known position at or before {@code index} whose term is not above {@code term}, or the first known one
     * if there is none: terms never fall along a log, so this skips whole terms by halving.
     */
    public LogPosition lastAtOrBelow(long index, long term) {
        long low = base.index();
        long high = Math.min(index, lastIndex);
        while (low < high) {
            long middle = low + (high - low + 1) / 2;
            if (termAt(middle) <= term) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return new LogPosition(low, termAt(low));
    }

    /** Appends one entry at the end. */
    public void append(Entry entry) {
        if (entry.index() != lastIndex + 1) {
            throw new BrokenInvariantException("append of " + entry.position() + " after " + last());
        }
        put(entry);
    }

    /**
     * Removes all entries from {@code index} on.
     *
     * @throws BrokenInvariantException if one of them is committed
     */
    public void truncateFrom(long index) {
        if (index <= commit) {
            throw new BrokenInvariantException("truncation from " + index + " but " + commit + " is committed");
        }
        for (long i = index; i <= lastIndex; i++) {
            uncommittedBytes -= get(i).sizeBytes();
            ring[slot(i)] = null;
        }
        lastIndex = Math.min(lastIndex, index - 1);
        firstUnwritten = Math.min(firstUnwritten, index);
        lastSlice = new Slice(0, 0, List.of());
    }

    /** Raises the commit index, never beyond the end of the log; a lower value changes nothing. */
    public boolean commitTo(long index) {
        long target = Math.min(index, lastIndex);
        if (target <= commit) {
            return false;
        }
        for (long i = commit + 1; i <= target; i++) {
            long size = get(i).sizeBytes();
            uncommittedBytes -= size;
            unappliedBytes += size;
        }
        commit = target;
        return true;
    }

    /**
     * Notes what the host has applied.
     *
     * @throws BrokenInvariantException if that is not committed
     */
    public void appliedTo(long index) {
        if (index > commit) {
            throw new BrokenInvariantException("applied " + index + " but only " + commit + " is committed");
        }
        for (long i = applied + 1; i <= index; i++) {
            unappliedBytes -= get(i).sizeBytes();
        }
        applied = Math.max(applied, index);
        emitted = Math.max(emitted, index);
    }

    /** The committed entries that were not taken yet. */
    public List<Entry> takeCommitted() {
        if (emitted == commit) {
            return List.of();
        }
        List<Entry> entries = slice(emitted + 1, commit);
        emitted = commit;
        return entries;
    }

    /** The entries that were not written yet; the first overwrites what was written at its index. */
    public List<Entry> takeUnwritten() {
        if (firstUnwritten > lastIndex) {
            return List.of();
        }
        List<Entry> entries = slice(firstUnwritten, lastIndex);
        firstUnwritten = lastIndex + 1;
        return entries;
    }

    /** Entries from an index on, as many as the limits allow but at least one if there is one. */
    public List<Entry> batchFrom(long from, long bytesMax, long entriesMax) {
        long bytes = 0;
        long to = from;
        while (to <= lastIndex && to - from < Math.max(1, entriesMax)) {
            bytes += get(to).sizeBytes();
            if (bytes > bytesMax && to > from) {
                break;
            }
            to++;
        }
        return slice(from, to - 1);
    }

    /**
     * Drops the prefix up to a position from memory.
     *
     * @throws BrokenInvariantException if it is not applied, or not this log's
     */
    public void releaseTo(LogPosition position) {
        if (position.index() <= base.index()) {
            return;
        }
        if (position.index() > applied || !matches(position)) {
            throw new BrokenInvariantException("release of " + position + " but only " + applied + " is applied");
        }
        for (long i = base.index() + 1; i <= position.index(); i++) {
            ring[slot(i)] = null;
        }
        base = position;
        long kept = lastIndex - base.index();
        if (ring.length > CAPACITY_MIN && kept < ring.length / 8) {
            resize(Math.max(CAPACITY_MIN, ring.length / 4));
        }
        lastSlice = new Slice(0, 0, List.of());
    }

    /**
     * Restarts the log at a snapshot, which stands for everything up to its position.
     *
     * @return whether the entries after it were kept, because the log has the snapshot's last entry (paper, figure 13)
     */
    public boolean restartAt(LogPosition snapshot) {
        if (matches(snapshot)) {
            commitTo(snapshot.index());
            appliedTo(snapshot.index());
            releaseTo(snapshot);
            return true;
        }
        ring = new @Nullable Entry[CAPACITY_MIN];
        base = snapshot;
        lastIndex = snapshot.index();
        commit = snapshot.index();
        emitted = snapshot.index();
        applied = snapshot.index();
        firstUnwritten = snapshot.index() + 1;
        uncommittedBytes = 0;
        unappliedBytes = 0;
        lastSlice = new Slice(0, 0, List.of());
        return false;
    }

    private long lastTerm() {
        return termAt(lastIndex);
    }

    private void put(Entry entry) {
        if (lastIndex - base.index() >= ring.length) {
            resize(ring.length * 2);
        }
        lastIndex = entry.index();
        ring[slot(lastIndex)] = entry;
        uncommittedBytes += entry.sizeBytes();
    }

    private void resize(int capacity) {
        @Nullable Entry[] resized = new @Nullable Entry[capacity];
        for (long i = base.index() + 1; i <= lastIndex; i++) {
            resized[(int) (i & (capacity - 1))] = get(i);
        }
        ring = resized;
    }

    private Entry get(long index) {
        return Objects.requireNonNull(ring[slot(index)], "no entry in memory");
    }

    private int slot(long index) {
        return (int) (index & (ring.length - 1));
    }

    /** Followers that are equally far get the same list, and so does the disk. */
    private List<Entry> slice(long from, long to) {
        if (from > to) {
            return List.of();
        }
        if (lastSlice.from() != from || lastSlice.to() != to) {
            Entry[] entries = new Entry[Math.toIntExact(to - from + 1)];
            for (int i = 0; i < entries.length; i++) {
                entries[i] = get(from + i);
            }
            lastSlice = new Slice(from, to, List.of(entries));
        }
        return lastSlice.entries();
    }
}
