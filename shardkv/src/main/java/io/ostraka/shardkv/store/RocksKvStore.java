package io.ostraka.shardkv.store;

import io.ostraka.raft.core.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.FlushOptions;
import org.rocksdb.Range;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SizeApproximationFlag;
import org.rocksdb.Slice;
import org.rocksdb.Snapshot;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The store on RocksDB: one database a node, one column family, its own write-ahead log off.
 *
 * <p>One column family makes a batch one entry of one write buffer, and write buffers reach the disk in order; so what
 * a crash leaves is a prefix of the batches. Each native object is freed once, by its owner, and only after the last
 * use of it ended ({@link NativeUses}); a cursor and a snapshot count as a use of the database.
 *
 * <p>The first error of RocksDB ends the store: the failure listener is told once, and every later call throws.
 */
public final class RocksKvStore implements KvStore {

    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(10);

    private final Path directory;
    private final RocksSettings settings;
    private final RocksDB database;
    private final WriteOptions unlogged;
    private final ReadOptions plainReads;
    private final FlushOptions waitingFlush;
    private final NativeUses uses = new NativeUses();
    private final FirstFailure failure;
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong flushed = new AtomicLong();
    private boolean closed;

    private RocksKvStore(Path directory, RocksSettings settings, RocksDB database, FirstFailure failure) {
        this.directory = directory;
        this.settings = settings;
        this.database = database;
        this.failure = failure;
        unlogged = new WriteOptions().setDisableWAL(true);
        plainReads = new ReadOptions();
        waitingFlush = new FlushOptions().setWaitForFlush(true).setAllowWriteStall(true);
    }

    /**
     * Opens the store of {@code directory}, made if it is not there. One process at a time (RocksDB locks it).
     *
     * @param onFailure told of the first failure after the open, from whatever thread met it; it should stop the node
     * @throws StoreException if it cannot be opened
     */
    public static RocksKvStore open(Path directory, StoreOptions options, Consumer<StoreException> onFailure) {
        RocksDB.loadLibrary();
        return open(directory, new RocksSettings(options), onFailure);
    }

    /** The same with settings of any kind, which belong to the store from here on. */
    static RocksKvStore open(Path directory, RocksSettings settings, Consumer<StoreException> onFailure) {
        try {
            Files.createDirectories(directory);
            RocksDB database = RocksDB.open(settings.options(), directory.toString());
            return new RocksKvStore(directory, settings, database, new FirstFailure(directory, onFailure));
        } catch (RocksDBException | IOException e) {
            settings.close();
            throw new StoreException(
                    "cannot open the store in " + directory + ": " + e.getMessage()
                            + "; check that the directory is writable, has space, and is used by no other process",
                    e);
        }
    }

    @Override
    public @Nullable Bytes get(Bytes key) {
        return read(plainReads, key);
    }

    @Override
    public KvCursor scan(Bytes from, Bytes to) {
        return cursor(null, from, to);
    }

    @Override
    public KvSnapshot snapshot() {
        uses.begin();
        try {
            failure.check();
            return new Pinned(database.getSnapshot());
        } catch (RuntimeException e) {
            uses.end();
            throw e;
        }
    }

    @Override
    public void write(StoreBatch batch) {
        if (batch.isEmpty()) {
            return;
        }
        uses.begin();
        try (WriteBatch changes = new WriteBatch(BatchImage.of(batch))) {
            failure.check();
            database.write(unlogged, changes);
            written.incrementAndGet();
        } catch (RocksDBException e) {
            throw failure.met("a write", e);
        } finally {
            uses.end();
        }
    }

    @Override
    public void flush() {
        uses.begin();
        try {
            failure.check();
            long upTo = written.get();
            if (upTo > flushed.get()) {
                database.flush(waitingFlush);
                flushed.accumulateAndGet(upTo, Math::max);
            }
        } catch (RocksDBException e) {
            throw failure.met("a flush", e);
        } finally {
            uses.end();
        }
    }

    @Override
    public long approximateSize(Bytes from, Bytes to) {
        KeyRanges.check(from, to);
        uses.begin();
        try (Slice low = new Slice(from.toByteArray());
                Slice high = new Slice(to.toByteArray())) {
            failure.check();
            long[] sizes = database.getApproximateSizes(
                    List.of(new Range(low, high)),
                    SizeApproximationFlag.INCLUDE_FILES,
                    SizeApproximationFlag.INCLUDE_MEMTABLES);
            return sizes[0];
        } finally {
            uses.end();
        }
    }

    @Override
    public long diskBytes() {
        uses.begin();
        try {
            failure.check();
            return database.getLongProperty("rocksdb.total-sst-files-size");
        } catch (RocksDBException e) {
            throw failure.met("a property", e);
        } finally {
            uses.end();
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (!uses.closeAndAwait(CLOSE_PATIENCE)) {
            throw new StoreException("the store in " + directory + " is still used " + CLOSE_PATIENCE.toSeconds()
                    + " s after it was told to close; it stays open until the process ends");
        }
        try {
            if (!failure.happened()) {
                database.flush(waitingFlush);
            }
            database.closeE();
        } catch (RocksDBException e) {
            throw failure.met("closing", e);
        } finally {
            waitingFlush.close();
            plainReads.close();
            unlogged.close();
            settings.close();
        }
    }

    private @Nullable Bytes read(ReadOptions options, Bytes key) {
        uses.begin();
        try {
            failure.check();
            byte[] value = database.get(options, key.toByteArray());
            return value == null ? null : Bytes.wrap(value);
        } catch (RocksDBException e) {
            throw failure.met("a read", e);
        } finally {
            uses.end();
        }
    }

    private KvCursor cursor(@Nullable Snapshot snapshot, Bytes from, Bytes to) {
        KeyRanges.check(from, to);
        uses.begin();
        try {
            failure.check();
            return new RocksCursor(database, snapshot, from, to, failure, uses::end);
        } catch (RuntimeException e) {
            uses.end();
            throw e;
        }
    }

    /** A pinned moment; a cursor on it is a use of its own, so it may even outlive it. */
    private final class Pinned implements KvSnapshot {

        private final Snapshot snapshot;
        private final ReadOptions reads;
        private final NativeUses pins = new NativeUses();
        private boolean released;

        Pinned(Snapshot snapshot) {
            this.snapshot = snapshot;
            reads = new ReadOptions().setSnapshot(snapshot);
        }

        @Override
        public @Nullable Bytes get(Bytes key) {
            pins.begin();
            try {
                return read(reads, key);
            } finally {
                pins.end();
            }
        }

        @Override
        public KvCursor scan(Bytes from, Bytes to) {
            pins.begin();
            try {
                return cursor(snapshot, from, to);
            } finally {
                pins.end();
            }
        }

        @Override
        public synchronized void close() {
            if (released) {
                return;
            }
            released = true;
            if (!pins.closeAndAwait(CLOSE_PATIENCE)) {
                throw new StoreException("a snapshot was closed in the middle of a read that does not end");
            }
            reads.close();
            database.releaseSnapshot(snapshot);
            snapshot.close();
            uses.end();
        }
    }
}
