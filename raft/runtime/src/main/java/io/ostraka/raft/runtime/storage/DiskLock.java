package io.ostraka.raft.runtime.storage;

/** A lock on a data directory; closing gives it back. */
public interface DiskLock extends AutoCloseable {

    @Override
    void close() throws DiskException;
}
