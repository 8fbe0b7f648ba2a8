package io.ostraka.raft.testkit.sim;

import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.HardState;
import io.ostraka.raft.core.LogPosition;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a replica's log should hold, each entry as its term and the hash of the log up to it. */
final class LogModel {

    /** One write, as it changes a model; never changed itself. */
    static final class Change {
        private final @Nullable HardState hardState;
        private final LogPosition from;
        private final long[] terms;
        private final long[] hashes;
        private final boolean restart;

        /**
         * Makes one.
         *
         * @param hardState the new hard state, or null if it stays
         * @param from the position before the first entry, or the base where {@code restart}
         * @param terms the terms of the entries
         * @param hashes the hashes up to the entries, or only that at the base
         * @param restart whether the log begins anew
         */
        private Change(@Nullable HardState hardState, LogPosition from, long[] terms, long[] hashes, boolean restart) {
            this.hardState = hardState;
            this.from = from;
            this.terms = terms;
            this.hashes = hashes;
            this.restart = restart;
        }

        int entries() {
            return terms.length;
        }

        /** Returns from where on it leaves nothing of what was in the log before. */
        long firstReplaced() {
            return restart ? from.index() : terms.length == 0 ? Long.MAX_VALUE : from.index() + 1;
        }

        /** Returns where the entry is that comes in place {@code i} of this change. */
        LogPosition position(int i) {
            return new LogPosition(from.index() + 1 + i, terms[i]);
        }

        long hash(int i) {
            return hashes[i];
        }
    }

    private long[] terms = new long[64];
    private long[] hashes = new long[64];
    private int floor;
    private int last;
    private @Nullable HardState hardState;

    LogModel() {
        hashes[0] = Chain.EMPTY;
    }

    LogModel(LogModel other) {
        set(other);
    }

    final void set(LogModel other) {
        terms = other.terms.clone();
        hashes = other.hashes.clone();
        floor = other.floor;
        last = other.last;
        hardState = other.hardState;
    }

    long last() {
        return last;
    }

    long floor() {
        return floor;
    }

    @Nullable
    HardState hardState() {
        return hardState;
    }

    boolean knows(long index) {
        return index >= floor && index <= last;
    }

    long term(long index) {
        return terms[(int) index];
    }

    long hash(long index) {
        return hashes[(int) index];
    }

    /** Whether the log holds the entry at {@code index} with everything before it, as far as it is still known. */
    boolean holds(long index, long hash) {
        return index <= last && (index < floor || hashes[(int) index] == hash);
    }

    /** Returns the change that appending makes here. */
    Change append(@Nullable HardState hard, List<Entry> entries) {
        if (entries.isEmpty()) {
            return new Change(hard, LogPosition.ZERO, new long[0], new long[0], false);
        }
        long before = entries.getFirst().index() - 1;
        if (!knows(before)) {
            throw new InvariantViolation(
                    Invariant.LOG_MATCHING,
                    "entries from " + (before + 1) + " on are written to a log of " + floor + " to " + last);
        }
        long[] newTerms = new long[entries.size()];
        long[] newHashes = new long[entries.size()];
        long hash = hash(before);
        for (int i = 0; i < newTerms.length; i++) {
            hash = Chain.next(hash, entries.get(i));
            newTerms[i] = entries.get(i).term();
            newHashes[i] = hash;
        }
        return new Change(hard, new LogPosition(before, term(before)), newTerms, newHashes, false);
    }

    static Change restart(LogPosition base, long hash) {
        return new Change(null, base, new long[0], new long[] {hash}, true);
    }

    void apply(Change change) {
        if (change.hardState != null) {
            hardState = change.hardState;
        }
        int at = (int) change.from.index();
        if (change.restart) {
            grow(at + 1);
            floor = at;
            last = at;
            terms[at] = change.from.term();
            hashes[at] = change.hashes[0];
        } else if (change.terms.length > 0) {
            int count = change.terms.length;
            grow(at + count + 1);
            System.arraycopy(change.terms, 0, terms, at + 1, count);
            System.arraycopy(change.hashes, 0, hashes, at + 1, count);
            last = at + count;
        }
    }

    private void grow(int size) {
        if (size > terms.length) {
            int capacity = Math.max(size, 2 * terms.length);
            terms = Arrays.copyOf(terms, capacity);
            hashes = Arrays.copyOf(hashes, capacity);
        }
    }

    /** Whether a log that was recovered, beginning after {@code base}, is this one. */
    boolean equalsFound(@Nullable HardState found, LogPosition base, List<Entry> entries) {
        boolean sameHard = hardState == null ? found == null : hardState.equals(found);
        if (!sameHard || !knows(base.index()) || term(base.index()) != base.term()) {
            return false;
        }
        if (base.index() + entries.size() != last) {
            return false;
        }
        long hash = hash(base.index());
        for (Entry entry : entries) {
            hash = Chain.next(hash, entry);
        }
        return hash == hash(last);
    }

    @Override
    public String toString() {
        return hardState + ", entries " + floor + " to " + last + " of term " + term(last);
    }
}
