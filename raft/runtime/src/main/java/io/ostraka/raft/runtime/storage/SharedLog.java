package io.ostraka.raft.runtime.storage;

import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.storage.LogRecord.Life;
import io.ostraka.raft.runtime.storage.LogRecord.OfReplica;
import io.ostraka.raft.runtime.storage.LogRecord.Roster;
import io.ostraka.raft.runtime.storage.LogRecord.RosterEntry;
import io.ostraka.raft.runtime.storage.LogRecord.SegmentStart;
import io.ostraka.raft.runtime.storage.ReplicaLog.Copy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The one log that all replicas of a node share, and that makes one force cover all of them (DESIGN section 3, "One log
 * for all groups"; the format is in {@code docs/data-on-disk.md}).
 *
 * <ol>
 *   <li>Writes are gathered into <em>batches</em>, each one write of the disk, in <em>segments</em> of fixed size that
 *       are used again under a new generation once nothing in them is needed.
 *   <li>Each record has its replica's next sequence number. Recovery goes by these numbers, so that a record may be
 *       copied to a newer segment, under its old number, at any time.
 *   <li>Each batch says up to where the log had been forced when it was written. What lies before the highest such
 *       point must be there; what lies past it may be torn, and is written to a fresh segment and forced before anyone
 *       sees it.
 *   <li>Each segment begins with a roster: hard state and bounds of every replica. So an old segment is held only by
 *       entries; the oldest is freed by releasing them, or by copying the few that are left.
 * </ol>
 *
 * <p>Single-threaded, without clock or thread of its own: each effect is a call of {@link Disk}, and writing and
 * forcing are separate calls. After any failure it refuses all further use, for a failed force says nothing about what
 * is on disk; nothing is ever retried.
 */
public final class SharedLog {

    private static final int FILL_BYTES = 1 << 20;

    /** To find who holds a segment, all entries must be looked at: not after each force, while it stays held. */
    private static final int LOOKS_PER_PINS = 256;

    /** With so many times the usual segments it is plain that whoever holds the oldest will not let go. */
    private static final int PINNED_TARGETS_MAX = 4;

    private final Disk disk;
    private final LogOptions options;
    private final SegmentFiles files;
    private final LiveEntries live = new LiveEntries();
    private final SortedMap<ReplicaId, ReplicaLog> replicas = new TreeMap<>();
    private final BatchBuilder batch = new BatchBuilder();
    private final List<DiskFile> full = new ArrayList<>();
    private DiskFile file;
    private LogPoint written;
    private LogPoint forced;
    private LogPoint claimed;
    private LogPoint recorded;
    private long startEnd;
    private long filledTo;
    private long nextGeneration;
    private long oldestClaimed;
    private long oldestForced;
    private long pinned;
    private int looksAtPinned;
    private boolean broken;

    private SharedLog(Disk disk, LogOptions options, SegmentFiles files, LogScan scan, LogRecovery found, long fresh)
            throws DiskException {
        this.disk = disk;
        this.options = options;
        this.files = files;
        this.nextGeneration = fresh + 1;
        found.verdicts().forEach((replica, verdict) -> {
            // A replica that was removed is remembered until the segments that name it are gone.
            replicas.put(replica, new ReplicaLog(verdict.state(), verdict.entries(), fresh, live));
        });
        for (BatchHeader header : scan.kept()) {
            if (header.at().isBefore(scan.proven())) {
                live.begin(header.at().generation());
            }
        }
        for (LogScan.Damage damage : scan.damage()) {
            live.begin(damage.from().generation());
        }
        this.forced = scan.proven();
        this.claimed = scan.proven();
        this.recorded = scan.proven();
        this.written = scan.proven();
        this.file = files.begin(fresh);
        startSegment(fresh, found.unproven());
        force();
    }

    /**
     * Opens the log of a data directory, which must be locked, and recovers what it holds. On return everything in the
     * result is durable.
     */
    public static Recovery open(Disk disk, LogOptions options) throws DiskException {
        SegmentFiles files = new SegmentFiles(disk, options);
        NavigableSet<Long> generations = files.open();
        LogScan scan = LogScan.of(disk, generations);
        long highest = Math.max(scan.proven().generation(), generations.isEmpty() ? 0 : generations.last());
        LogRecovery found = LogRecovery.of(disk, scan, highest + 1);
        int anew = found.unproven().remaining();
        SharedLog log = new SharedLog(disk, options, files, scan, found, highest + 1);
        for (long generation : generations) {
            if (generation < log.oldestForced || !log.live.has(generation)) {
                files.retire(generation);
                log.live.end(generation);
            }
        }
        SortedMap<ReplicaId, ReplicaRecovery> replicas = new TreeMap<>();
        Set<ReplicaId> removed = new TreeSet<>();
        log.replicas.forEach((replica, state) -> {
            if (state.life() == Life.REMOVED) {
                removed.add(replica);
            } else {
                replicas.put(replica, state.recovery());
            }
        });
        String tail =
                scan.end().isEmpty() ? "" : "the log ended in " + scan.end() + ", " + anew + " bytes written anew";
        return new Recovery(
                log,
                replicas,
                removed,
                scan.damage().stream().map(LogScan.Damage::text).toList(),
                tail);
    }

    /**
     * Writes, without forcing.
     *
     * @return whether any of it must be forced before it is answered
     * @throws DiskException if the disk failed; the log is then of no further use
     * @throws IllegalArgumentException if a write is none that a correct replica makes, with the same consequence
     */
    public boolean write(List<LogWrite> writes) throws DiskException {
        requireUsable();
        boolean sound = false;
        try {
            boolean mustForce = false;
            for (LogWrite write : writes) {
                ReplicaLog known = replicas.get(write.replica());
                ReplicaLog replica = known == null ? ReplicaLog.unborn(write.replica(), live) : known;
                OfReplica record = replica.recordFor(write);
                if (record != null) {
                    mustForce |= replica.mustForce(record);
                    makeRoom(RecordCodec.sizeOf(record));
                    batch.add(record);
                    replica.apply(record, written.generation());
                    replicas.put(write.replica(), replica);
                }
            }
            writeBatch();
            sound = true;
            return mustForce;
        } finally {
            broken |= !sound;
        }
    }

    /**
     * Makes everything written so far durable.
     *
     * @throws DiskException if that failed; nothing is then known of what was written since the last success, and the
     *     log is of no further use
     */
    public void force() throws DiskException {
        requireUsable();
        broken = true;
        for (DiskFile each : full) {
            each.force();
            each.close();
        }
        full.clear();
        file.force();
        forced = written;
        oldestForced = oldestClaimed;
        broken = false;
    }

    /** Whether records were written that are not forced. */
    public boolean isForceDue() {
        return forced.isBefore(recorded);
    }

    /**
     * Frees segments that nothing needs, and copies what little is left in the oldest one if there are too many. If
     * there are far too many, whoever holds it does not let go, as a replica that has stopped never will: what it holds
     * is copied all the same, a part each time, so that one replica cannot fill the disk of all. Cheap when there is
     * nothing to do; to be called after a force.
     *
     * @return who holds the oldest segment, if there are too many and it holds too much to be copied; said at once, and
     *     again from time to time while that stays so
     */
    public List<LogPin> maintain() throws DiskException {
        requireUsable();
        boolean sound = false;
        try {
            while (live.oldest() < oldestForced) {
                files.retire(live.oldest());
                live.end(live.oldest());
            }
            replicas.values().removeIf(replica -> replica.forgettable(live.oldest()));
            List<LogPin> pins = List.of();
            long oldest = live.oldestNeeded();
            if (live.segments() > options.segmentsTarget() && oldest != written.generation()) {
                pins = loosen(oldest);
            }
            sound = true;
            return pins;
        } finally {
            broken |= !sound;
        }
    }

    /** Takes from the oldest segment what it is held for, or says who holds it. */
    private List<LogPin> loosen(long oldest) throws DiskException {
        if (live.bytesIn(oldest) <= options.segmentBytes() / 8) {
            copyForward(oldest, Long.MAX_VALUE);
            return List.of();
        }
        if (live.segments() > PINNED_TARGETS_MAX * options.segmentsTarget()) {
            copyForward(oldest, options.segmentBytes() / 64);
        }
        if (oldest == pinned && ++looksAtPinned % LOOKS_PER_PINS != 0) {
            return List.of();
        }
        pinned = oldest;
        return pins(oldest);
    }

    private List<LogPin> pins(long generation) {
        List<LogPin> pins = new ArrayList<>();
        for (ReplicaLog replica : replicas.values()) {
            LogPin pin = replica.pin(generation);
            if (pin != null) {
                pins.add(pin);
            }
        }
        return pins;
    }

    /** Copies the segment's entries to the newest one until {@code bytesMax} is reached. */
    private void copyForward(long generation, long bytesMax) throws DiskException {
        long bytes = 0;
        for (ReplicaLog replica : replicas.values()) {
            for (Copy copy : replica.copies(generation)) {
                if (bytes >= bytesMax) {
                    break;
                }
                makeRoom(RecordCodec.sizeOf(copy.record()));
                batch.add(copy.record());
                replica.copied(copy, written.generation());
                bytes += RecordCodec.sizeOf(copy.record());
            }
        }
        writeBatch();
    }

    /**
     * Writes down that everything forced so far is forced, if no batch has said so yet; to be called when there is
     * nothing else to write. It need not be forced.
     */
    public void writeProof() throws DiskException {
        requireUsable();
        if (claimed.isBefore(recorded) && !isForceDue()) {
            boolean sound = false;
            try {
                makeRoom(0);
                seal(false);
                sound = true;
            } finally {
                broken |= !sound;
            }
        }
    }

    /** Forces everything, writes down that it is forced, and closes the files. The log is of no further use. */
    public void close() throws DiskException {
        if (broken) {
            return;
        }
        if (isForceDue()) {
            force();
        }
        Roster roster = new Roster(roster());
        broken = true;
        makeRoom(RecordCodec.sizeOf(roster));
        batch.add(roster);
        writeBatch();
        for (DiskFile each : full) {
            each.force();
            each.close();
        }
        file.force();
        file.close();
    }

    /** The work of preparing a spare segment, if one will soon be wanted; see {@link #prepared}. */
    SegmentFiles.@Nullable Preparation nextPreparation() {
        return written.offset() > options.segmentBytes() / 2 ? files.nextPreparation() : null;
    }

    /** Takes a spare segment that was prepared. */
    void prepared(SegmentFiles.Preparation preparation) {
        files.prepared(preparation);
    }

    private void makeRoom(long recordBytes) throws DiskException {
        if (!batch.isEmpty() && (batch.bodyBytes() + recordBytes > options.batchBytesMax() || !fits(recordBytes))) {
            writeBatch();
        }
        if (batch.isEmpty() && !fits(recordBytes)) {
            roll();
        }
    }

    /** Whether the batch, with more, fits into the segment. A fresh segment takes a batch of any size. */
    private boolean fits(long more) {
        long end = written.offset() + BatchHeader.BYTES + batch.bodyBytes() + more;
        return end <= options.segmentBytes() || written.offset() == startEnd;
    }

    private void roll() throws DiskException {
        long generation = nextGeneration++;
        full.add(file);
        file = files.begin(generation);
        startSegment(generation, ByteBuffer.allocate(0));
    }

    private void startSegment(long generation, ByteBuffer unproven) throws DiskException {
        SegmentStart start = new SegmentStart(written, roster());
        filledTo = file.size();
        written = new LogPoint(generation, 0);
        live.begin(generation);
        batch.add(start);
        batch.addEncoded(unproven);
        seal(true);
        startEnd = written.offset();
    }

    private List<RosterEntry> roster() {
        List<RosterEntry> roster = new ArrayList<>();
        for (ReplicaLog replica : replicas.values()) {
            roster.add(replica.rosterEntry());
        }
        return roster;
    }

    private void writeBatch() throws DiskException {
        if (!batch.isEmpty()) {
            seal(false);
        }
    }

    private void seal(boolean start) throws DiskException {
        long oldest = live.oldestNeeded();
        BatchHeader header = batch.seal(written, start, new BatchHeader.Claims(forced, oldest));
        long end = written.offset() + batch.bytes().remaining();
        file.write(written.offset(), batch.bytes());
        written = header.end();
        claimed = forced;
        recorded = header.bodyBytes() == 0 ? recorded : written;
        oldestClaimed = oldest;
        batch.clear();
        fillAhead(end);
    }

    /** Writes zeros ahead in a segment that began without a spare, so that most forces need not change its length. */
    private void fillAhead(long end) throws DiskException {
        filledTo = Math.max(filledTo, end);
        long target = Math.min(end + FILL_BYTES, options.segmentBytes());
        if (filledTo < target && filledTo - end < FILL_BYTES / 4) {
            file.write(filledTo, ByteBuffer.allocateDirect((int) (target - filledTo)));
            filledTo = target;
        }
    }

    private void requireUsable() {
        if (broken) {
            throw new IllegalStateException(
                    "the log in " + disk.describe() + " failed before, or is closed: the process must stop");
        }
    }
}
