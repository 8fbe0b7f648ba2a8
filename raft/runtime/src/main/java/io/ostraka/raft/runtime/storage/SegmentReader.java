package io.ostraka.raft.runtime.storage;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads a segment file through a window, so that a scan costs few calls. */
final class SegmentReader implements AutoCloseable {

    private static final int WINDOW_BYTES = 256 << 10;

    private final DiskFile file;
    private final long size;
    private final ByteBuffer window;
    private long windowAt;

    SegmentReader(Disk disk, long generation) throws DiskException {
        this.file = disk.open(SegmentName.of(generation));
        this.size = file.size();
        this.window = ByteBuffer.allocate((int) Math.min(WINDOW_BYTES, size)).limit(0);
    }

    long size() {
        return size;
    }

    /** The header that stands at an offset, or null if there is no valid one. */
    @Nullable
    BatchHeader header(long generation, long offset) throws DiskException {
        int length = (int) Math.min(BatchHeader.BYTES, size - offset);
        return BatchHeader.decode(read(offset, length), new LogPoint(generation, offset));
    }

    /** The body behind a header, valid until the next call. */
    ByteBuffer body(BatchHeader header) throws DiskException {
        return read(header.at().offset() + BatchHeader.BYTES, header.bodyBytes());
    }

    private ByteBuffer read(long offset, int length) throws DiskException {
        if (length > WINDOW_BYTES) {
            ByteBuffer large = ByteBuffer.allocate(length);
            file.read(offset, large);
            return large.flip();
        }
        if (offset < windowAt || offset + length > windowAt + window.limit()) {
            window.clear();
            file.read(offset, window);
            window.flip();
            windowAt = offset;
        }
        int from = (int) (offset - windowAt);
        return window.slice(from, Math.min(length, window.limit() - from));
    }

    @Override
    public void close() throws DiskException {
        file.close();
    }
}
