package io.ostraka.shardkv.store;

/**
 * One moment of a store, pinned until closed: later writes and deletions do not reach it. It copies nothing; held for
 * long, it keeps the store from dropping what was overwritten since.
 */
public interface KvSnapshot extends KvView, AutoCloseable {

    @Override
    void close();
}
