package io.ostraka.raft.runtime.storage;

import java.nio.ByteBuffer;

/** Gathers records into one batch, in one buffer that goes to the disk in one write. */
final class BatchBuilder {

    private static final int PAGE_BYTES = 4096;
    private static final int KEPT_BYTES_MAX = 8 << 20;

    private ByteBuffer buffer = ByteBuffer.allocateDirect(64 << 10);
    private long replicas;

    BatchBuilder() {
        clear();
    }

    void clear() {
        if (buffer.capacity() > KEPT_BYTES_MAX) {
            buffer = ByteBuffer.allocateDirect(64 << 10);
        }
        buffer.clear().position(BatchHeader.BYTES);
        replicas = 0;
    }

    boolean isEmpty() {
        return bodyBytes() == 0;
    }

    int bodyBytes() {
        return buffer.position() - BatchHeader.BYTES;
    }

    void add(LogRecord record) {
        ensure(RecordCodec.sizeOf(record));
        RecordCodec.encode(record, buffer);
        if (record instanceof LogRecord.OfReplica ofReplica) {
            replicas |= BatchHeader.bit(ofReplica.stamp().replica().value());
        } else {
            replicas = -1;
        }
    }

    /** Adds records that are encoded already, and may be about any replica. */
    void addEncoded(ByteBuffer records) {
        ensure(records.remaining());
        buffer.put(records);
        replicas = -1;
    }

    private void ensure(long more) {
        long needed = buffer.position() + more + PAGE_BYTES;
        if (needed > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a batch of " + needed + " bytes is too large");
        }
        if (needed > buffer.capacity()) {
            int capacity = (int) Math.min(Integer.MAX_VALUE, Math.max(needed, 2L * buffer.capacity()));
            buffer = ByteBuffer.allocateDirect(capacity).put(buffer.flip());
        }
    }

    /**
     * Completes the batch and returns its header. {@link #bytes()} then has all of it, with zeros up to the end of the
     * last page, so that the kernel need not read that page first when the segment is a recycled one.
     */
    BatchHeader seal(LogPoint at, boolean start, BatchHeader.Claims claims) {
        int bodyBytes = bodyBytes();
        int checksum = BatchHeader.checksum(at.generation(), buffer.slice(BatchHeader.BYTES, bodyBytes));
        BatchHeader header = new BatchHeader(at, start, bodyBytes, checksum, replicas, claims);
        long pageEnd = (header.bodyEnd() + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
        for (long i = header.bodyEnd(); i < pageEnd; i++) {
            buffer.put((byte) 0);
        }
        int end = buffer.position();
        buffer.position(0);
        header.encode(buffer);
        buffer.position(0).limit(end);
        return header;
    }

    ByteBuffer bytes() {
        return buffer;
    }
}
