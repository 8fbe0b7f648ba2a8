package io.ostraka.raft.runtime.storage;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The fixed part before each batch of the log, which says where it belongs, how long its body is, and up to where the
 * log was proven to be on disk when it was written. Its own checksum and the body's are salted with the generation, so
 * that what a recycled segment still holds of an earlier life never passes.
 *
 * @param at where it stands
 * @param start whether it is the first of its segment
 * @param bodyBytes the length of the body
 * @param bodyChecksum the salted CRC32C of the body
 * @param replicas one bit for each replica that the body is about, by a hash of its id
 * @param claims what it says about the log as a whole
 */
record BatchHeader(LogPoint at, boolean start, int bodyBytes, int bodyChecksum, long replicas, Claims claims) {

    /** What a header says about the log before it. */
    record Claims(LogPoint proven, long oldestGeneration) {

        private boolean arePossible() {
            return RecordCodec.isNumber(proven.generation())
                    && RecordCodec.isNumber(proven.offset())
                    && RecordCodec.isNumber(oldestGeneration);
        }
    }

    static final int BYTES = 72;

    /**
     * Batches begin at multiples of the smallest unit that a disk writes in one step, so none can tear its neighbour.
     */
    static final int ALIGNMENT = 512;

    private static final int MAGIC = 0x4f535452;
    private static final short VERSION = 1;
    private static final short FLAG_START = 1;
    private static final int CHECKSUM_AT = BYTES - Integer.BYTES;

    /** The first byte after the body. */
    long bodyEnd() {
        return at.offset() + BYTES + bodyBytes;
    }

    /** Where the next batch begins. */
    LogPoint end() {
        return new LogPoint(at.generation(), align(bodyEnd()));
    }

    boolean mayTouch(long replica) {
        return (replicas & bit(replica)) != 0;
    }

    static long bit(long replica) {
        return 1L << ((replica * 0x9e3779b97f4a7c15L) >>> 58);
    }

    static long align(long offset) {
        return (offset + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    static int checksum(long generation, ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        ByteBuffer salt = ByteBuffer.allocate(Long.BYTES);
        crc.update(salt.putLong(generation).flip());
        crc.update(bytes);
        return (int) crc.getValue();
    }

    void encode(ByteBuffer target) {
        int from = target.position();
        target.putInt(MAGIC).putShort(VERSION).putShort(start ? FLAG_START : 0);
        target.putLong(at.generation()).putLong(at.offset());
        target.putInt(bodyBytes).putInt(bodyChecksum).putLong(replicas);
        target.putLong(claims.proven().generation()).putLong(claims.proven().offset());
        target.putLong(claims.oldestGeneration()).putInt(0);
        target.putInt(checksum(at.generation(), target.slice(from, CHECKSUM_AT)));
    }

    /** Decodes the header that begins at the buffer's position, or returns null if none is there for {@code at}. */
    static @Nullable BatchHeader decode(ByteBuffer source, LogPoint at) throws MalformedRecordException {
        int from = source.position();
        if (source.remaining() < BYTES || source.getInt(from) != MAGIC) {
            return null;
        }
        if (source.getInt(from + CHECKSUM_AT) != checksum(at.generation(), source.slice(from, CHECKSUM_AT))) {
            return null;
        }
        ByteBuffer fields = source.slice(from + Integer.BYTES, BYTES - Integer.BYTES);
        short version = fields.getShort();
        short flags = fields.getShort();
        LogPoint found = new LogPoint(fields.getLong(), fields.getLong());
        int bodyBytes = fields.getInt();
        int bodyChecksum = fields.getInt();
        long replicas = fields.getLong();
        Claims claims = new Claims(new LogPoint(fields.getLong(), fields.getLong()), fields.getLong());
        if (!found.equals(at)) {
            return null;
        }
        // Such bytes are no torn tail: cutting them off would lose what a later version has written.
        if (version != VERSION) {
            throw new MalformedRecordException("a batch of version " + version);
        }
        if (bodyBytes < 0 || !claims.arePossible()) {
            throw new MalformedRecordException("a batch of " + bodyBytes + " bytes that claims " + claims);
        }
        return new BatchHeader(at, (flags & FLAG_START) != 0, bodyBytes, bodyChecksum, replicas, claims);
    }
}
