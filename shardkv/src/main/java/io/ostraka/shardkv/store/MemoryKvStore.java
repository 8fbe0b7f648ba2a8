package io.ostraka.shardkv.store;

import io.ostraka.raft.core.Bytes;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A store in memory, for tests and the simulator, that keeps apart what a crash would leave.
 *
 * <p>The live map is copied on the first write after it was shared with a snapshot, a cursor or the durable image; all
 * of these are then immutable. Thread-safe by one lock.
 */
public final class MemoryKvStore implements KvStore {

    private NavigableMap<Bytes, Bytes> live;
    private boolean shared;
    private NavigableMap<Bytes, Bytes> durable;
    private final List<List<StoreBatch.Change>> unflushed = new ArrayList<>();
    private boolean closed;

    /** An empty store. */
    public MemoryKvStore() {
        this(new TreeMap<>());
    }

    private MemoryKvStore(NavigableMap<Bytes, Bytes> image) {
        live = image;
        durable = image;
        shared = true;
    }

    @Override
    public synchronized @Nullable Bytes get(Bytes key) {
        checkOpen();
        return live.get(key);
    }

    @Override
    public synchronized KvCursor scan(Bytes from, Bytes to) {
        KeyRanges.check(from, to);
        return cursor(share(), from, to);
    }

    @Override
    public synchronized KvSnapshot snapshot() {
        return new PinnedMap(share());
    }

    @Override
    public synchronized void write(StoreBatch batch) {
        checkOpen();
        if (batch.isEmpty()) {
            return;
        }
        if (shared) {
            live = new TreeMap<>(live);
            shared = false;
        }
        List<StoreBatch.Change> changes = List.copyOf(batch.changes());
        apply(changes, live);
        unflushed.add(changes);
    }

    @Override
    public synchronized void flush() {
        durable = share();
        unflushed.clear();
    }

    @Override
    public synchronized long approximateSize(Bytes from, Bytes to) {
        KeyRanges.check(from, to);
        checkOpen();
        return bytesOf(live.subMap(from, to));
    }

    @Override
    public synchronized long diskBytes() {
        checkOpen();
        return bytesOf(durable);
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            flush();
            closed = true;
        }
    }

    /** How many batches a crash now could lose. */
    public synchronized int unflushedBatches() {
        return unflushed.size();
    }

    /**
     * What a crash now would leave, as a new store, when the disk happened to keep the first {@code kept} of the
     * batches that no flush had covered. This store is closed without a flush.
     */
    public synchronized MemoryKvStore crash(int kept) {
        checkOpen();
        NavigableMap<Bytes, Bytes> image = new TreeMap<>(durable);
        for (List<StoreBatch.Change> changes : unflushed.subList(0, kept)) {
            apply(changes, image);
        }
        closed = true;
        return new MemoryKvStore(image);
    }

    /** The store after a clean {@link #close}, opened again. */
    public synchronized MemoryKvStore reopened() {
        if (!closed) {
            throw new IllegalStateException("the store is still open");
        }
        return new MemoryKvStore(durable);
    }

    private NavigableMap<Bytes, Bytes> share() {
        checkOpen();
        shared = true;
        return live;
    }

    private void checkOpen() {
        if (closed) {
            throw new StoreException("the store is closed; its replica must be opened again");
        }
    }

    private static void apply(List<StoreBatch.Change> changes, SortedMap<Bytes, Bytes> map) {
        for (StoreBatch.Change change : changes) {
            switch (change) {
                case StoreBatch.Put put -> map.put(put.key(), put.value());
                case StoreBatch.Delete delete -> map.remove(delete.key());
                case StoreBatch.DeleteRange range ->
                    map.subMap(range.from(), range.to()).clear();
            }
        }
    }

    private static long bytesOf(SortedMap<Bytes, Bytes> map) {
        long bytes = 0;
        for (Map.Entry<Bytes, Bytes> entry : map.entrySet()) {
            bytes += (long) entry.getKey().size() + entry.getValue().size();
        }
        return bytes;
    }

    private static KvCursor cursor(NavigableMap<Bytes, Bytes> map, Bytes from, Bytes to) {
        return new MapCursor(map.subMap(from, to).entrySet().iterator());
    }

    private record PinnedMap(NavigableMap<Bytes, Bytes> map) implements KvSnapshot {

        @Override
        public @Nullable Bytes get(Bytes key) {
            return map.get(key);
        }

        @Override
        public KvCursor scan(Bytes from, Bytes to) {
            KeyRanges.check(from, to);
            return cursor(map, from, to);
        }

        @Override
        public void close() {}
    }

    private static final class MapCursor implements KvCursor {

        private final Iterator<Map.Entry<Bytes, Bytes>> entries;
        private Map.@Nullable Entry<Bytes, Bytes> current;

        MapCursor(Iterator<Map.Entry<Bytes, Bytes>> entries) {
            this.entries = entries;
        }

        @Override
        public boolean next() {
            current = entries.hasNext() ? entries.next() : null;
            return current != null;
        }

        @Override
        public Bytes key() {
            return standing().getKey();
        }

        @Override
        public Bytes value() {
            return standing().getValue();
        }

        @Override
        public void close() {
            current = null;
        }

        private Map.Entry<Bytes, Bytes> standing() {
            if (current == null) {
                throw new IllegalStateException("the cursor stands on no key");
            }
            return current;
        }
    }
}
