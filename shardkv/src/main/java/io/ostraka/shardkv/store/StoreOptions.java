package io.ostraka.shardkv.store;

/**
 * How much of the machine a node's store may take.
 *
 * @param blockCacheBytes memory for blocks read, their indexes and filters
 * @param writeBufferBytes size of one write buffer; up to three are held while the disk lags
 * @param openFilesMax files kept open
 * @param backgroundBytesPerSecond what flushes and compactions may write, so that they leave the log its disk
 */
public record StoreOptions(
        long blockCacheBytes, long writeBufferBytes, int openFilesMax, long backgroundBytesPerSecond) {

    private static final long MIB = 1024L * 1024;

    public StoreOptions {
        if (blockCacheBytes < MIB || writeBufferBytes < MIB || openFilesMax < 16 || backgroundBytesPerSecond < MIB) {
            throw new IllegalArgumentException(
                    "a store needs at least 1 MiB of cache, of write buffer and of background writes a second, and"
                            + " 16 open files");
        }
    }

    /** For a server that shares a small machine. */
    public static StoreOptions defaults() {
        return new StoreOptions(64 * MIB, 32 * MIB, 512, 128 * MIB);
    }
}
