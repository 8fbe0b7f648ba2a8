package io.ostraka.raft.runtime.storage;

import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.HardState;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.storage.LogRecord.Appended;
import io.ostraka.raft.runtime.storage.LogRecord.Life;
import io.ostraka.raft.runtime.storage.LogRecord.OfReplica;
import io.ostraka.raft.runtime.storage.LogRecord.Released;
import io.ostraka.raft.runtime.storage.LogRecord.Removed;
import io.ostraka.raft.runtime.storage.LogRecord.Restarted;
import io.ostraka.raft.runtime.storage.LogRecord.RosterEntry;
import io.ostraka.raft.runtime.storage.ReplicaLog.Live;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a restart found of one replica, and the judgement whether that is all there ever was.
 *
 * <p>Records count by their sequence numbers, never by where they stand; a record overwrites only lower numbers. Since
 * a replica's numbers have no gaps, the log proves itself complete: starting from any segment's roster, every number
 * after the one in the roster must be found, up to the highest that anything names. Entries from before the roster can
 * be trusted only in the oldest segment's case: what was overwritten before that segment began is in no segment any
 * more, so what is found can only be current copies. And whoever was last heard of before a damaged stretch may have
 * lost its newest records there.
 */
final class ReplicaHistory {

    /** The roster of a segment's start, as seen by one replica. */
    record Reference(boolean oldest, @Nullable RosterEntry entry) {}

    /**
     * What a replica's log is, or what it was before it was damaged.
     *
     * @param state its state as of now
     * @param entries its entries, none if it is damaged
     */
    record Verdict(RosterEntry state, Collection<Live> entries) {}

    /** Records of a damaged replica continue above any number that the damage may hide. */
    private static final long SEQUENCE_GAP = 1L << 32;

    private record Found(OfReplica record, long generation) {
        long sequence() {
            return record.stamp().sequence();
        }
    }

    private final ReplicaId replica;
    private final List<Found> records = new ArrayList<>();
    private final SequenceSet sequences = new SequenceSet();
    private final List<Reference> references = new ArrayList<>();
    private LogPoint lastHeardOf = LogPoint.ZERO;
    private long latest;

    ReplicaHistory(ReplicaId replica) {
        this.replica = replica;
    }

    /** Notes a record, to be counted as standing in the segment {@code generation}. */
    void add(OfReplica record, LogPoint at, long generation) {
        records.add(new Found(record, generation));
        sequences.add(record.stamp().sequence());
        heardOf(record.stamp().latest(), at);
    }

    /** Notes that a roster mentions the replica. */
    void heardOf(long latestThere, LogPoint at) {
        latest = Math.max(latest, latestThere);
        lastHeardOf = lastHeardOf.max(at);
    }

    /** Notes what the roster at a segment's start says, in the order of the segments. */
    void addReference(Reference reference) {
        references.add(reference);
    }

    /** Judges the replica. */
    Verdict judge(List<LogScan.Damage> damage) {
        for (LogScan.Damage each : damage) {
            if (!each.from().isBefore(lastHeardOf) && each.mayTouch(replica.value())) {
                return damaged(each.text());
            }
        }
        records.sort(Comparator.comparingLong(Found::sequence));
        for (Reference reference : references) {
            Verdict verdict = rebuild(reference);
            if (verdict != null) {
                return verdict;
            }
        }
        // Whose records are all here from its first one on needs no roster.
        Verdict whole = rebuild(new Reference(false, null));
        if (whole != null) {
            return whole;
        }
        if (damage.isEmpty()) {
            return damaged("the log's records of replica " + replica + " are not complete, though all bytes are valid");
        }
        return damaged(
                String.join("; ", damage.stream().map(LogScan.Damage::text).toList()));
    }

    private Verdict damaged(String what) {
        return new Verdict(
                new RosterEntry(replica, latest + SEQUENCE_GAP, Life.DAMAGED, what, null, LogPosition.ZERO, 0),
                List.of());
    }

    private @Nullable Verdict rebuild(Reference reference) {
        RosterEntry entry = reference.entry();
        long known = entry == null ? 0 : entry.latest();
        if (!sequences.containsAll(known + 1, latest)) {
            return null;
        }
        Rebuild rebuild = new Rebuild(entry);
        for (Found found : records) {
            if (found.sequence() > known) {
                rebuild.apply(found.record(), found.generation());
            } else if (reference.oldest() && found.record() instanceof Appended copy) {
                rebuild.put(copy, found.generation());
            }
        }
        return rebuild.verdict();
    }

    /** The replica's state while its records are applied in the order of their numbers. */
    private final class Rebuild {

        private final NavigableMap<Long, Live> entries = new TreeMap<>();
        private final long knownLastIndex;
        private @Nullable Life life;
        private String damage = "";
        private @Nullable HardState hardState;
        private LogPosition base = LogPosition.ZERO;
        private long lastIndex;
        private long lastIndexSetBy;
        private boolean news;

        Rebuild(@Nullable RosterEntry entry) {
            if (entry != null) {
                life = entry.life();
                damage = entry.damage();
                hardState = entry.hardState();
                base = entry.base();
                lastIndex = entry.lastIndex();
            }
            knownLastIndex = lastIndex;
        }

        /** Entries of a record that the roster knew: whatever it knew not to be there any more is left out later. */
        void put(Appended copy, long generation) {
            if (copy.hasEntries()) {
                entries.tailMap(copy.first(), true)
                        .values()
                        .removeIf(live -> live.sequence() < copy.stamp().sequence());
                for (Entry entry : copy.entries()) {
                    entries.put(entry.index(), new Live(entry, copy.stamp().sequence(), generation));
                }
            }
        }

        void apply(OfReplica record, long generation) {
            if (!news) {
                news = true;
                entries.tailMap(knownLastIndex, false).clear();
            }
            switch (record) {
                case Appended appended -> {
                    hardState = appended.hardState() == null ? hardState : appended.hardState();
                    if (appended.hasEntries()) {
                        put(appended, generation);
                        long sequence = appended.stamp().sequence();
                        lastIndex = sequence == lastIndexSetBy ? Math.max(lastIndex, appended.last()) : appended.last();
                        lastIndexSetBy = sequence;
                    }
                }
                case Restarted restarted -> {
                    entries.clear();
                    life = Life.LIVE;
                    damage = "";
                    base = restarted.base();
                    lastIndex = base.index();
                }
                case Released released -> {
                    base = released.upTo();
                    entries.headMap(base.index(), true).clear();
                }
                case Removed _ -> {
                    entries.clear();
                    life = Life.REMOVED;
                    hardState = null;
                }
            }
        }

        @Nullable
        Verdict verdict() {
            Life found = life;
            if (found == null) {
                return null;
            }
            entries.headMap(base.index(), true).clear();
            if (!news) {
                entries.tailMap(knownLastIndex, false).clear();
            }
            RosterEntry state = new RosterEntry(replica, latest, found, damage, hardState, base, lastIndex);
            return switch (found) {
                case LIVE -> complete() ? new Verdict(state, entries.values()) : null;
                case DAMAGED, REMOVED -> new Verdict(state, List.of());
            };
        }

        private boolean complete() {
            return entries.size() == lastIndex - base.index()
                    && (entries.isEmpty()
                            || (entries.firstKey() == base.index() + 1 && entries.lastKey() == lastIndex));
        }
    }
}
