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
import io.ostraka.raft.runtime.storage.LogRecord.Stamp;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One replica's part of the shared log in memory: what is current, and in which segment it stands. */
final class ReplicaLog {

    /** An entry that is current. The generation changes when it is copied to a newer segment. */
    static final class Live {
        private final Entry entry;
        private final long sequence;
        private long generation;

        Live(Entry entry, long sequence, long generation) {
            this.entry = entry;
            this.sequence = sequence;
            this.generation = generation;
        }

        Entry entry() {
            return entry;
        }

        long sequence() {
            return sequence;
        }

        long generation() {
            return generation;
        }
    }

    private final ReplicaId replica;
    private final LiveEntries live;
    private final Deque<Live> entries = new ArrayDeque<>();
    private long latest;
    private Life life;
    private String damage;
    private @Nullable HardState hardState;
    private LogPosition base;
    private long removedInGeneration;

    ReplicaLog(RosterEntry state, Collection<Live> entries, long generation, LiveEntries live) {
        this.replica = state.replica();
        this.latest = state.latest();
        this.life = state.life();
        this.damage = state.damage();
        this.hardState = state.hardState();
        this.base = state.base();
        this.removedInGeneration = generation;
        this.live = live;
        for (Live entry : entries) {
            this.entries.addLast(entry);
            live.add(entry.generation(), entry.entry().sizeBytes());
        }
    }

    /** A replica that the log has not seen yet; its first record restarts it. */
    static ReplicaLog unborn(ReplicaId replica, LiveEntries live) {
        return new ReplicaLog(
                new RosterEntry(replica, 0, Life.DAMAGED, "", null, LogPosition.ZERO, 0), List.of(), 0, live);
    }

    ReplicaId replica() {
        return replica;
    }

    Life life() {
        return life;
    }

    @Nullable
    HardState hardState() {
        return hardState;
    }

    long lastIndex() {
        return entries.isEmpty() ? base.index() : entries.getLast().entry().index();
    }

    RosterEntry rosterEntry() {
        return new RosterEntry(replica, latest, life, damage, hardState, base, lastIndex());
    }

    boolean forgettable(long oldestGeneration) {
        return life == Life.REMOVED && removedInGeneration < oldestGeneration;
    }

    ReplicaRecovery recovery() {
        return switch (life) {
            case LIVE ->
                new ReplicaRecovery.Recovered(
                        hardState, base, entries.stream().map(Live::entry).toList());
            case DAMAGED -> new ReplicaRecovery.Damaged(damage);
            case REMOVED -> throw new IllegalStateException("a removed replica is not recovered");
        };
    }

    /** Makes the record for a write, or returns null if it changes nothing. Refuses what no correct caller asks. */
    @Nullable
    OfReplica recordFor(LogWrite write) {
        Stamp stamp = new Stamp(replica, latest + 1, latest + 1);
        return switch (write) {
            case LogWrite.Append append -> {
                requireLive(write);
                requireConsecutive(append.entries());
                yield append.hardState() == null && append.entries().isEmpty()
                        ? null
                        : Appended.of(stamp, append.hardState(), append.entries());
            }
            case LogWrite.Restart restart -> {
                if (life == Life.REMOVED || (life == Life.LIVE && restart.base().index() < base.index())) {
                    throw refused(write);
                }
                yield new Restarted(stamp, restart.base());
            }
            case LogWrite.Release release -> {
                // A flush may end after its replica was removed or restarted.
                if (life != Life.LIVE || release.upTo().index() <= base.index()) {
                    yield null;
                }
                if (release.upTo().index() > lastIndex()) {
                    throw refused(write);
                }
                yield new Released(stamp, release.upTo());
            }
            case LogWrite.Remove _ -> life == Life.REMOVED ? null : new Removed(stamp);
        };
    }

    private void requireLive(LogWrite write) {
        if (life != Life.LIVE) {
            throw refused(write);
        }
    }

    private void requireConsecutive(List<Entry> appended) {
        if (appended.isEmpty()) {
            return;
        }
        long next = appended.getFirst().index();
        if (next <= base.index() || next > lastIndex() + 1) {
            throw new IllegalArgumentException("append to replica " + replica + " at index " + next
                    + ", whose log begins after " + base.index() + " and ends at " + lastIndex());
        }
        for (Entry entry : appended) {
            if (entry.index() != next++) {
                throw new IllegalArgumentException("append to replica " + replica + " skips to " + entry.index());
            }
        }
    }

    private IllegalArgumentException refused(LogWrite write) {
        return new IllegalArgumentException(
                write.getClass().getSimpleName() + " is not possible now for " + rosterEntry());
    }

    /**
     * Whether a record must be on disk before it is answered: all but a release and a change of the commit index alone.
     */
    boolean mustForce(OfReplica record) {
        return switch (record) {
            case Appended appended -> appended.hasEntries() || !sameTermAndVote(appended.hardState());
            case Restarted _, Removed _ -> true;
            case Released _ -> false;
        };
    }

    private boolean sameTermAndVote(@Nullable HardState next) {
        HardState now = hardState;
        return next == null
                || (now != null && now.term() == next.term() && java.util.Objects.equals(now.vote(), next.vote()));
    }

    /** Makes a record current that is written to the segment of this generation. */
    void apply(OfReplica record, long generation) {
        latest = record.stamp().sequence();
        switch (record) {
            case Appended appended -> {
                if (appended.hardState() != null) {
                    hardState = appended.hardState();
                }
                if (appended.hasEntries()) {
                    truncate(appended.first());
                }
                for (Entry entry : appended.entries()) {
                    entries.addLast(new Live(entry, latest, generation));
                    live.add(generation, entry.sizeBytes());
                }
            }
            case Restarted restarted -> {
                truncate(0);
                life = Life.LIVE;
                damage = "";
                base = restarted.base();
            }
            case Released released -> {
                while (!entries.isEmpty()
                        && entries.getFirst().entry().index() <= released.upTo().index()) {
                    drop(entries.removeFirst());
                }
                base = released.upTo();
            }
            case Removed _ -> {
                truncate(0);
                life = Life.REMOVED;
                hardState = null;
                removedInGeneration = generation;
            }
        }
    }

    private void truncate(long fromIndex) {
        while (!entries.isEmpty() && entries.getLast().entry().index() >= fromIndex) {
            drop(entries.removeLast());
        }
    }

    private void drop(Live entry) {
        live.drop(entry.generation(), entry.entry().sizeBytes());
    }

    /** What pins a segment, or null if nothing of this replica does. */
    @Nullable
    LogPin pin(long generation) {
        long upTo = 0;
        long bytes = 0;
        for (Live entry : entries) {
            if (entry.generation() == generation) {
                upTo = entry.entry().index();
                bytes += entry.entry().sizeBytes();
            }
        }
        return upTo == 0 ? null : new LogPin(replica, upTo, bytes);
    }

    /** A record that keeps its number, and the current entries that it copies. */
    record Copy(Appended record, List<Live> of) {}

    /** The current entries of a segment as records that keep their numbers. */
    List<Copy> copies(long generation) {
        List<Copy> copies = new ArrayList<>();
        List<Live> run = new ArrayList<>();
        for (Live entry : entries) {
            if (entry.generation() != generation) {
                continue;
            }
            boolean continues = !run.isEmpty()
                    && entry.sequence() == run.getLast().sequence()
                    && run.getLast().entry().index() + 1 == entry.entry().index();
            if (!run.isEmpty() && !continues) {
                copies.add(copy(run));
                run = new ArrayList<>();
            }
            run.add(entry);
        }
        if (!run.isEmpty()) {
            copies.add(copy(run));
        }
        return copies;
    }

    private Copy copy(List<Live> run) {
        Stamp stamp = new Stamp(replica, run.getFirst().sequence(), latest);
        return new Copy(Appended.of(stamp, null, run.stream().map(Live::entry).toList()), run);
    }

    /** Notes that a copy made by {@link #copies} is in a newer segment. */
    void copied(Copy copy, long generation) {
        for (Live entry : copy.of()) {
            drop(entry);
            entry.generation = generation;
            live.add(generation, entry.entry().sizeBytes());
        }
    }
}
