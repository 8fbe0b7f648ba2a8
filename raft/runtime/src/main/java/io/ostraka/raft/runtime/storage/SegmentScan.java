package io.ostraka.raft.runtime.storage;

import io.ostraka.raft.runtime.storage.LogRecord.SegmentStart;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One segment file cut into batches that check out and stretches that do not. Where a header is invalid the next valid
 * one is searched for, so that damage is told from the end of the log.
 *
 * @param generation which segment
 * @param pieces in order of their offsets, without gaps
 * @param start the first record, or null if the first batch is invalid
 */
record SegmentScan(
        long generation, List<Piece> pieces, @Nullable SegmentStart start) {

    /**
     * A stretch of a segment.
     *
     * @param from its first byte
     * @param to the byte after its last one
     * @param header the header that stands there, or null if none is valid
     * @param valid whether header and body check out
     */
    record Piece(LogPoint from, long to, @Nullable BatchHeader header, boolean valid) {}

    /**
     * Scans a segment.
     *
     * @param limit where the segment is known to end, or {@link Long#MAX_VALUE}
     */
    static SegmentScan of(SegmentReader reader, long generation, long limit) throws DiskException {
        long size = Math.min(reader.size(), limit);
        List<Piece> pieces = new ArrayList<>();
        long at = 0;
        while (at < size) {
            BatchHeader header = reader.header(generation, at);
            if (header == null || header.bodyEnd() > reader.size()) {
                long next = nextHeader(reader, generation, at, size);
                pieces.add(new Piece(new LogPoint(generation, at), next, null, false));
                at = next;
            } else {
                ByteBuffer body = reader.body(header);
                boolean valid = BatchHeader.checksum(generation, body) == header.bodyChecksum();
                pieces.add(new Piece(header.at(), header.end().offset(), header, valid));
                at = header.end().offset();
            }
        }
        return new SegmentScan(generation, pieces, start(reader, pieces));
    }

    private static long nextHeader(SegmentReader reader, long generation, long from, long size) throws DiskException {
        for (long at = from + BatchHeader.ALIGNMENT; at < size; at += BatchHeader.ALIGNMENT) {
            BatchHeader header = reader.header(generation, at);
            if (header != null && header.bodyEnd() <= reader.size()) {
                return at;
            }
        }
        return size;
    }

    private static @Nullable SegmentStart start(SegmentReader reader, List<Piece> pieces) throws DiskException {
        Piece first = pieces.isEmpty() ? null : pieces.getFirst();
        BatchHeader header = first == null ? null : first.header();
        if (first == null || header == null || !first.valid() || !header.start()) {
            return null;
        }
        ByteBuffer body = reader.body(header);
        try {
            if (!(RecordCodec.decode(body, _ -> Long.MAX_VALUE) instanceof SegmentStart start)) {
                return null;
            }
            // The chain of segments is followed from start to start, and must end.
            if (start.previousEnd().generation() >= header.at().generation()) {
                throw new MalformedRecordException("a segment after " + start.previousEnd());
            }
            return start;
        } catch (MalformedRecordException e) {
            throw reader.notUnderstood(header.at(), e);
        }
    }
}
