package io.ostraka.shardkv.store;

import io.ostraka.raft.core.Bytes;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Snapshot;

/** A RocksDB iterator that cannot leave its range: both bounds are given to RocksDB itself. */
final class RocksCursor implements KvCursor {

    private enum Place {
        BEFORE,
        ON_KEY,
        PAST,
        CLOSED
    }

    private final Slice low;
    private final Slice high;
    private final ReadOptions options;
    private final RocksIterator iterator;
    private final FirstFailure failure;
    private final Runnable onClose;
    private Place place = Place.BEFORE;

    RocksCursor(
            RocksDB database,
            @Nullable Snapshot snapshot,
            Bytes from,
            Bytes to,
            FirstFailure failure,
            Runnable onClose) {
        this.failure = failure;
        this.onClose = onClose;
        low = new Slice(from.toByteArray());
        high = new Slice(to.toByteArray());
        options = new ReadOptions().setIterateLowerBound(low).setIterateUpperBound(high);
        if (snapshot != null) {
            options.setSnapshot(snapshot);
        }
        iterator = database.newIterator(options);
    }

    @Override
    public boolean next() {
        switch (place) {
            case BEFORE -> iterator.seekToFirst();
            case ON_KEY -> iterator.next();
            case PAST -> {
                return false;
            }
            case CLOSED -> throw new IllegalStateException("the cursor is closed");
        }
        if (iterator.isValid()) {
            place = Place.ON_KEY;
            return true;
        }
        place = Place.PAST;
        try {
            // An iterator that met an error looks like one that reached its end.
            iterator.status();
        } catch (RocksDBException e) {
            throw failure.met("a scan", e);
        }
        return false;
    }

    @Override
    public Bytes key() {
        checkOnKey();
        return Bytes.wrap(iterator.key());
    }

    @Override
    public Bytes value() {
        checkOnKey();
        return Bytes.wrap(iterator.value());
    }

    @Override
    public void close() {
        if (place == Place.CLOSED) {
            return;
        }
        place = Place.CLOSED;
        iterator.close();
        options.close();
        high.close();
        low.close();
        onClose.run();
    }

    private void checkOnKey() {
        if (place != Place.ON_KEY) {
            throw new IllegalStateException("the cursor stands on no key");
        }
    }
}
