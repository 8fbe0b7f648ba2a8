package io.ostraka.shardkv.shard;

import io.ostraka.raft.core.Bytes;
import io.ostraka.shardkv.store.KvCursor;
import io.ostraka.shardkv.store.KvSnapshot;
import io.ostraka.shardkv.store.KvStore;
import io.ostraka.shardkv.store.StoreBatch;
import org.jspecify.annotations.Nullable;

/** A store that lets something else happen between two of its calls, as another thread would. */
final class WatchedStore implements KvStore {

    private final KvStore store;
    private Runnable afterWrite = () -> {};
    private Runnable beforeGet = () -> {};

    WatchedStore(KvStore store) {
        this.store = store;
    }

    /** Runs {@code work} after each batch from now on, before anything else is done. */
    void afterWrite(Runnable work) {
        afterWrite = work;
    }

    /** Runs {@code work} before the next key is looked up. */
    void beforeNextGet(Runnable work) {
        beforeGet = () -> {
            beforeGet = () -> {};
            work.run();
        };
    }

    @Override
    public void write(StoreBatch batch) {
        store.write(batch);
        afterWrite.run();
    }

    @Override
    public @Nullable Bytes get(Bytes key) {
        beforeGet.run();
        return store.get(key);
    }

    @Override
    public KvCursor scan(Bytes from, Bytes to) {
        return store.scan(from, to);
    }

    @Override
    public KvSnapshot snapshot() {
        return store.snapshot();
    }

    @Override
    public void flush() {
        store.flush();
    }

    @Override
    public long approximateSize(Bytes from, Bytes to) {
        return store.approximateSize(from, to);
    }

    @Override
    public long diskBytes() {
        return store.diskBytes();
    }

    @Override
    public void close() {
        store.close();
    }
}
