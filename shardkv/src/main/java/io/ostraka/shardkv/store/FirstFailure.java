package io.ostraka.shardkv.store;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * Remembers the first failure of a store and tells its listener once. A store that failed once is not asked again: the
 * kernel may have dropped what a failed write left, so a later success would prove nothing.
 */
final class FirstFailure {

    private final Path directory;
    private final Consumer<StoreException> listener;
    private final AtomicReference<@Nullable StoreException> first = new AtomicReference<>();

    FirstFailure(Path directory, Consumer<StoreException> listener) {
        this.directory = directory;
        this.listener = listener;
    }

    /** Throws if there was a failure before. */
    void check() {
        StoreException before = first.get();
        if (before != null) {
            throw new StoreException("the store in " + directory + " failed before; the node must stop", before);
        }
    }

    boolean happened() {
        return first.get() != null;
    }

    /** The exception to throw for this failure; the listener hears of it if it is the first. */
    StoreException met(String operation, RocksDBException cause) {
        StoreException failure = new StoreException(
                operation + " failed in the store " + directory + ": " + cause.getMessage()
                        + "; the node stops, its peers carry on; check the disk and its free space, then restart it",
                cause);
        if (first.compareAndSet(null, failure)) {
            listener.accept(failure);
        }
        return failure;
    }
}
