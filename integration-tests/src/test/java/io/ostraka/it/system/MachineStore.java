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
    private final Machine machine;

    MachineStore(MemoryKvStore store, Machine machine) {
        this.store = store;
        this.machine = machine;
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
        machine.beforeEffect();
        store.write(batch);
        machine.afterEffect();
    }

    @Override
    public KvSnapshot snapshot() {
        return store.snapshot();
    }

    @Override
    public void flush() {
        machine.beforeEffect();
        store.flush();
        machine.afterEffect();
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
