package io.ostraka.shardkv.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.core.Bytes;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

class BatchImageTest {

    @Test
    void anImageIsWhatRocksDbMakesOfTheSameChanges() throws RocksDBException {
        RocksDB.loadLibrary();
        StoreBatch batch = new StoreBatch();
        try (WriteBatch byRocksDb = new WriteBatch()) {
            for (int length : new int[] {0, 1, 127, 128, 300, 16_383, 16_384, 70_000, 2_097_152}) {
                byte[] key = new byte[Math.max(1, Math.min(length, 4_096))];
                byte[] value = new byte[length];
                Arrays.fill(value, (byte) length);
                batch.put(Bytes.wrap(key), Bytes.wrap(value));
                byRocksDb.put(key, value);
                batch.delete(Bytes.wrap(key));
                byRocksDb.delete(key);
                byte[] to = {1, (byte) length};
                batch.deleteRange(Bytes.wrap(key), Bytes.wrap(to));
                byRocksDb.deleteRange(key, to);
            }

            assertThat(BatchImage.of(batch)).isEqualTo(byRocksDb.data());
        }
    }
}
