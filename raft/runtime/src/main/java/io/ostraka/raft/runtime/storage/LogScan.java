package io.ostraka.raft.runtime.storage;

import io.ostraka.raft.runtime.storage.LogRecord.SegmentStart;
import io.ostraka.raft.runtime.storage.SegmentScan.Piece;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which bytes of which segments are the log, found at a restart (DESIGN section 3, "One log for all groups").
 *
 * <p>Each segment's first batch names the segment before it and where that ends, so the segments form a chain; bytes
 * beyond such an end, and segments outside the chain, are no part of the log. The highest point that any valid header
 * claims as forced is <em>proven</em>: invalid bytes before it are damage; the first invalid byte at or after it is
 * where a crash tore the tail, and the log is cut there. Segments below the oldest that the kept headers name are free.
 */
final class LogScan {

    /** A stretch below the proven point that is not what was written there. */
    record Damage(LogPoint from, @Nullable BatchHeader header, String text) {

        /**
         * Whether records of a replica may have stood there: all may, unless the header survived and says otherwise.
         */
        boolean mayTouch(long replica) {
            BatchHeader survived = header;
            return survived == null || survived.mayTouch(replica);
        }
    }

    private final Disk disk;
    private final NavigableMap<Long, SegmentScan> scans = new TreeMap<>();
    private final List<BatchHeader> kept = new ArrayList<>();
    private final List<Damage> damage = new ArrayList<>();
    private LogPoint proven = LogPoint.ZERO;
    private long oldest;
    private String end = "";

    private LogScan(Disk disk) {
        this.disk = disk;
    }

    static LogScan of(Disk disk, NavigableSet<Long> generations) throws DiskException {
        LogScan scan = new LogScan(disk);
        scan.readAll(generations);
        Deque<SegmentScan> chain = scan.chain();
        scan.keep(List.copyOf(chain));
        scan.dropFreed();
        return scan;
    }

    /** The batches of the log, in the order in which they were written. */
    List<BatchHeader> kept() {
        return kept;
    }

    List<Damage> damage() {
        return damage;
    }

    /** Up to here everything is known to have been forced. */
    LogPoint proven() {
        return proven;
    }

    /** The oldest segment that the log needs. */
    long oldest() {
        return oldest;
    }

    /** Where the log was cut, for messages; empty if its last segment is full of it, or there is none. */
    String end() {
        return end;
    }

    /** Newest first: each segment's start says where the one before it ends, and the proven headers which are free. */
    private void readAll(NavigableSet<Long> generations) throws DiskException {
        Map<Long, Long> ends = new HashMap<>();
        for (long generation : generations.descendingSet()) {
            if (generation < provenOldest(ends)) {
                return;
            }
            SegmentScan scan;
            try (SegmentReader reader = new SegmentReader(disk, generation)) {
                scan = SegmentScan.of(reader, generation, ends.getOrDefault(generation, Long.MAX_VALUE));
            }
            scans.put(generation, scan);
            for (Piece piece : scan.pieces()) {
                BatchHeader header = piece.header();
                if (header != null) {
                    proven = proven.max(header.claims().proven());
                }
            }
            SegmentStart start = scan.start();
            if (start != null) {
                ends.putIfAbsent(
                        start.previousEnd().generation(), start.previousEnd().offset());
            }
        }
    }

    /**
     * Asks only segments that a later one names as its predecessor: others may have been cut off by an earlier restart.
     */
    private long provenOldest(Map<Long, Long> ends) {
        long found = 0;
        for (SegmentScan scan : scans.values()) {
            if (!ends.containsKey(scan.generation()) && scan.generation() != proven.generation()) {
                continue;
            }
            for (Piece piece : scan.pieces()) {
                BatchHeader header = piece.header();
                if (header != null && header.at().isBefore(proven)) {
                    found = Math.max(found, header.claims().oldestGeneration());
                }
            }
        }
        return found;
    }

    private Deque<SegmentScan> chain() {
        Deque<SegmentScan> chain = new ArrayDeque<>();
        if (proven.generation() != 0 && !scans.containsKey(proven.generation())) {
            noteMissing(proven.generation());
        }
        Map.Entry<Long, SegmentScan> next = scans.lastEntry();
        while (next != null && next.getValue().start() == null && next.getKey() != proven.generation()) {
            next = scans.lowerEntry(next.getKey());
        }
        while (next != null) {
            SegmentScan segment = next.getValue();
            chain.addFirst(segment);
            SegmentStart start = segment.start();
            long previous = start == null
                    ? segment.generation() - 1
                    : start.previousEnd().generation();
            next = scans.floorEntry(previous);
            if (start != null && previous != 0 && (next == null || next.getKey() != previous)) {
                noteMissing(previous);
            }
        }
        return chain;
    }

    private void noteMissing(long generation) {
        damage.add(new Damage(
                new LogPoint(generation, 0), null, where(generation) + " is missing, though later segments exist"));
    }

    private void keep(List<SegmentScan> chain) {
        for (int i = 0; i < chain.size(); i++) {
            SegmentScan segment = chain.get(i);
            SegmentStart next = i + 1 < chain.size() ? chain.get(i + 1).start() : null;
            long end = next != null && next.previousEnd().generation() == segment.generation()
                    ? next.previousEnd().offset()
                    : Long.MAX_VALUE;
            for (Piece piece : segment.pieces()) {
                if (piece.from().offset() >= end) {
                    break;
                }
                if (piece.valid() && piece.header() != null) {
                    kept.add(piece.header());
                } else if (keepInvalid(piece, end)) {
                    return;
                }
            }
            if (keepShort(segment, end)) {
                return;
            }
        }
    }

    /** Judges an invalid stretch; returns whether the log is cut there. */
    private boolean keepInvalid(Piece piece, long end) {
        long to = Math.min(piece.to(), end);
        long provenTo = proven.generation() > piece.from().generation() ? Long.MAX_VALUE : proven.offset();
        if (piece.from().isBefore(proven)) {
            boolean unused = proven.generation() > piece.from().generation() && end == Long.MAX_VALUE && isLast(piece);
            if (!unused) {
                damage.add(new Damage(
                        piece.from(),
                        piece.header(),
                        where(piece.from().generation()) + " has invalid bytes from "
                                + piece.from().offset() + " to " + Math.min(to, provenTo) + ", which had been forced"));
            }
            if (to <= provenTo) {
                return false;
            }
        }
        this.end = where(piece.from().generation()) + " at byte "
                + Math.max(piece.from().offset(), piece.from().isBefore(proven) ? provenTo : 0);
        return true;
    }

    private boolean isLast(Piece piece) {
        SegmentScan scan = scans.get(piece.from().generation());
        return scan != null && scan.pieces().getLast().equals(piece) && piece.header() == null;
    }

    /** Judges a segment whose file ends before its data did; returns whether the log is cut there. */
    private boolean keepShort(SegmentScan segment, long end) {
        long size = segment.pieces().isEmpty() ? 0 : segment.pieces().getLast().to();
        long needed = end != Long.MAX_VALUE ? end : segment.generation() == proven.generation() ? proven.offset() : 0;
        if (size >= needed) {
            return false;
        }
        LogPoint at = new LogPoint(segment.generation(), size);
        if (at.isBefore(proven)) {
            damage.add(new Damage(
                    at,
                    null,
                    where(segment.generation()) + " ends at byte " + size + ", and " + needed + " had been written"));
            if (proven.generation() > segment.generation() || proven.offset() >= needed) {
                return false;
            }
        }
        this.end = where(segment.generation()) + " at byte " + size;
        return true;
    }

    private void dropFreed() {
        for (BatchHeader header : kept) {
            oldest = Math.max(oldest, header.claims().oldestGeneration());
        }
        for (Damage each : damage) {
            BatchHeader header = each.header();
            oldest = header == null ? oldest : Math.max(oldest, header.claims().oldestGeneration());
        }
        kept.removeIf(header -> header.at().generation() < oldest);
        damage.removeIf(each -> each.from().generation() < oldest);
    }

    private String where(long generation) {
        return disk.describe() + "/" + SegmentName.of(generation);
    }
}
