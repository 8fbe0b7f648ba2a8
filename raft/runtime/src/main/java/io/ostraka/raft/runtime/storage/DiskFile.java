package io.ostraka.raft.runtime.storage;

import java.nio.ByteBuffer;

/** An open file of a {@link Disk}, used by one thread at a time. */
public interface DiskFile extends AutoCloseable {

    /** Writes all remaining bytes of {@code source} from {@code offset} on; not durable before {@link #force}. */
    void write(long offset, ByteBuffer source) throws DiskException;

    /**
     * Reads into {@code target} from {@code offset} on until it is full or the file ends.
     *
     * @return the number of bytes read, 0 at or past the end
     */
    int read(long offset, ByteBuffer target) throws DiskException;

    /**
     * Makes the bytes written so far durable, together with the length that is needed to read them ({@code fdatasync}).
     * If this fails, nothing is known of any byte written since the last success; a second call proves nothing.
     */
    void force() throws DiskException;

    /** Returns the length in bytes. */
    long size() throws DiskException;

    @Override
    void close() throws DiskException;
}
