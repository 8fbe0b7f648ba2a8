package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.LogPosition;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * How many bytes of log a replica keeps, and where it may be cut. It marks a position every so many bytes instead of
 * every entry, so that its own size does not grow with small entries; what it says is exact to one such step.
 *
 * <p>Deterministic and single-threaded.
 */
public final class LogFootprint {

    private static final long STEP_BYTES = 64 * 1024;

    /** What an entry costs beside its payload. */
    private static final long ENTRY_OVERHEAD_BYTES = 48;

    /**
     * {@code bytes} is the sum over all entries up to and with {@code position}, counted from the start of the process.
     */
    private record Mark(LogPosition position, long bytes) {}

    private final long stepBytes;
    private final Deque<Mark> marks = new ArrayDeque<>();
    private Mark last;
    private Mark released;

    /** Makes the footprint of a log that is empty above {@code base}. */
    public LogFootprint(LogPosition base) {
        this(base, STEP_BYTES);
    }

    /** Makes the same with a mark every {@code stepBytes}. */
    LogFootprint(LogPosition base, long stepBytes) {
        this.stepBytes = stepBytes;
        this.last = new Mark(base, 0);
        this.released = last;
    }

    /** Notes appended entries; they overwrite what was there from the first one's index on. */
    public void append(List<Entry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        truncate(entries.getFirst().index());
        for (Entry entry : entries) {
            long bytes = last.bytes() + ENTRY_OVERHEAD_BYTES + entry.payload().size();
            last = new Mark(new LogPosition(entry.index(), entry.term()), bytes);
            Mark before = marks.isEmpty() ? released : marks.getLast();
            if (bytes - before.bytes() >= stepBytes) {
                marks.addLast(last);
            }
        }
    }

    private void truncate(long fromIndex) {
        if (last.position().index() < fromIndex) {
            return;
        }
        while (!marks.isEmpty() && marks.getLast().position().index() >= fromIndex) {
            marks.removeLast();
        }
        // The bytes since the last mark are forgotten: less than one step, and only when entries are overwritten.
        last = marks.isEmpty() ? released : marks.getLast();
    }

    /** Returns the bytes above {@code index}, to within one step. */
    public long bytesAbove(long index) {
        Mark floor = released;
        for (Mark mark : marks) {
            if (mark.position().index() > index) {
                break;
            }
            floor = mark;
        }
        return last.position().index() <= index ? 0 : last.bytes() - floor.bytes();
    }

    /** Returns the bytes of the whole log that is kept. */
    public long bytes() {
        return last.bytes() - released.bytes();
    }

    /**
     * Returns the highest position at or below {@code index} at which the log can be cut, or where it was cut last.
     *
     * @param known a position that may be used itself, whether marked or not
     */
    public LogPosition cutAtOrBelow(long index, LogPosition known) {
        LogPosition best = released.position();
        for (Mark mark : marks) {
            if (mark.position().index() > index) {
                break;
            }
            best = mark.position();
        }
        return known.index() <= index && known.index() > best.index() ? known : best;
    }

    /** Returns the lowest cut that leaves at most {@code bytesMax} above it. */
    public LogPosition cutLeaving(long bytesMax) {
        if (bytes() <= bytesMax) {
            return released.position();
        }
        for (Mark mark : marks) {
            if (last.bytes() - mark.bytes() <= bytesMax) {
                return mark.position();
            }
        }
        return last.position();
    }

    /** Notes that everything up to {@code position} was given back. */
    public void release(LogPosition position) {
        long bytes = released.bytes();
        for (Iterator<Mark> each = marks.iterator(); each.hasNext(); ) {
            Mark mark = each.next();
            if (mark.position().index() > position.index()) {
                break;
            }
            bytes = mark.bytes();
            each.remove();
        }
        if (position.index() >= last.position().index()) {
            bytes = last.bytes();
            last = new Mark(position, bytes);
        }
        released = new Mark(position, bytes);
    }

    /** Notes that the log began anew above {@code base}. */
    public void restart(LogPosition base) {
        marks.clear();
        last = new Mark(base, 0);
        released = last;
    }

    /** Returns up to where the log was given back. */
    public LogPosition released() {
        return released.position();
    }
}
