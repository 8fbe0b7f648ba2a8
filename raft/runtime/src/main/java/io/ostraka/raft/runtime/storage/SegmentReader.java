package io.ostraka.raft.runtime.storage;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads a segment file through a window, so that a scan costs few calls. */
final class SegmentReader implements AutoCloseable {

    private static final int WINDOW_BYTES = 256 << 10;

    private final Disk disk;
    private final DiskFile file;
    private final long size;
    private final ByteBuffer window;
    private long windowAt;

    SegmentReader(Disk disk, long generation) throws DiskException {
        this.disk = disk;
        this.file = disk.open(SegmentName.of(generation));
        this.size = file.size();
        this.window = ByteBuffer.allocate((int) Math.min(WINDOW_BYTES, size)).limit(0);
    }

    long size() {
        return size;
    }

    /**
     * The header that stands at an offset, or null if there is no valid one.
     *
     * @throws DiskException also if one is valid, but of no version that is known here
     */
    @Nullable
    BatchHeader header(long generation, long offset) throws DiskException {
        int length = (int) Math.min(BatchHeader.BYTES, size - offset);
        LogPoint at = new LogPoint(generation, offset);
        try {
            return BatchHeader.decode(read(offset, length), at);
        } catch (MalformedRecordException e) {
            throw notUnderstood(at, e);
        }
    }

    /** The body behind a header, valid until the next call. */
    ByteBuffer body(BatchHeader header) throws DiskException {
        return read(header.at().offset() + BatchHeader.BYTES, header.bodyBytes());
    }

    /** The failure to read a batch that is what was written, but says what this version does not know. */
    DiskException notUnderstood(LogPoint at, MalformedRecordException why) {
        return new DiskException(
                DiskException.Reason.NOT_UNDERSTOOD,
                "cannot read " + disk.describe() + "/" + at + " (" + why.getMessage() + ")",
                why);
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
