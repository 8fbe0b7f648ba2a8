package io.ostraka.it.system;

import io.ostraka.raft.core.Bytes;
import io.ostraka.shardkv.store.KvCursor;
import io.ostraka.shardkv.store.KvSnapshot;
import io.ostraka.shardkv.store.KvStore;
import io.ostraka.shardkv.store.MemoryKvStore;
import io.ostraka.shardkv.store.StoreBatch;
import org.jspecify.annotations.Nullable;

/** The store as one life uses it: each change is an effect before and after which the process may die. */
final class MachineStore implements KvStore {

    private final MemoryKvStore store;
    private final Runnable effect;

    /** @param effect told before and after each change; it may throw what ends the process */
    MachineStore(MemoryKvStore store, Runnable effect) {
        this.store = store;
        this.effect = effect;
    }

    @Override
    public @Nullable Bytes get(Bytes key) {
        return store.get(key);
    }

    @Override
    public KvCursor scan(Bytes from, Bytes to) {
        return store.scan(from, to);
    }

    @Override
    public void write(StoreBatch batch) {
        effect.run();
        store.write(batch);
        effect.run();
    }

    @Override
    public KvSnapshot snapshot() {
        return store.snapshot();
    }

    @Override
    public void flush() {
        effect.run();
        store.flush();
        effect.run();
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
        // What ends the process decides what is left of it.
    }
}
