package io.ostraka.shardkv.store;

import java.util.Properties;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RateLimiter;

/** The native options of one database, and what they refer to; closed after the database. */
final class RocksSettings implements AutoCloseable {

    private static final int WRITE_BUFFERS_MAX = 3;
    private static final int LOG_FILES_KEPT = 3;
    private static final long LOG_FILE_BYTES_MAX = 1L << 20;
    private static final long MANIFEST_BYTES_MAX = 16L << 20;
    private static final int FILTER_BITS_PER_KEY = 10;
    private static final long SYNC_STEP_BYTES = 1L << 20;

    /** As many bytes of a key as name replica, shard and kind of row: rows that share them lie together. */
    private static final int NEIGHBOURS_PREFIX_BYTES = 13;

    private final Cache cache;
    private final BloomFilter filter;
    private final RateLimiter limiter;
    private final Options options;

    RocksSettings(StoreOptions limits) {
        cache = new LRUCache(limits.blockCacheBytes());
        filter = new BloomFilter(FILTER_BITS_PER_KEY, false);
        limiter = new RateLimiter(limits.backgroundBytesPerSecond());
        options = insertingBesideNeighbours()
                .setCreateIfMissing(true)
                .setParanoidChecks(true)
                .setWriteBufferSize(limits.writeBufferBytes())
                .setMaxWriteBufferNumber(WRITE_BUFFERS_MAX)
                .setMaxBackgroundJobs(2)
                .setMaxOpenFiles(limits.openFilesMax())
                .setRateLimiter(limiter)
                .setBytesPerSync(SYNC_STEP_BYTES)
                .setLevelCompactionDynamicLevelBytes(true)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setMaxLogFileSize(LOG_FILE_BYTES_MAX)
                .setKeepLogFileNum(LOG_FILES_KEPT)
                .setMaxManifestFileSize(MANIFEST_BYTES_MAX)
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0)
                // A background write that failed is not retried: what the disk holds is unknown by then.
                .setMaxBgErrorResumeCount(0)
                .setTableFormatConfig(new BlockBasedTableConfig()
                        .setBlockCache(cache)
                        .setFilterPolicy(filter)
                        .setCacheIndexAndFilterBlocks(true)
                        .setPinL0FilterAndIndexBlocksInCache(true)
                        .setFormatVersion(5));
    }

    /**
     * Options with which the write buffer remembers, for each run of neighbours, where it put the last row. Most rows
     * of a write come right after it: the next number of a session, the shard's own row again. They are then put there
     * without a search through the whole buffer, which is most of what a write costs. RocksDB's Java interface offers
     * this setting by its name alone.
     */
    private static Options insertingBesideNeighbours() {
        Properties byName = new Properties();
        byName.setProperty(
                "memtable_insert_with_hint_prefix_extractor", "rocksdb.FixedPrefix." + NEIGHBOURS_PREFIX_BYTES);
        try (DBOptions common = new DBOptions();
                ColumnFamilyOptions family = ColumnFamilyOptions.getColumnFamilyOptionsFromProps(byName)) {
            if (family == null) {
                throw new IllegalStateException("this version of RocksDB does not know the settings " + byName);
            }
            return new Options(common, family);
        }
    }

    Options options() {
        return options;
    }

    @Override
    public void close() {
        options.close();
        limiter.close();
        filter.close();
        cache.close();
    }
}
