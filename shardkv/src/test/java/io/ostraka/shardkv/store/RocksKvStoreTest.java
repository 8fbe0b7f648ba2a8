package io.ostraka.shardkv.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostraka.raft.core.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.Env;
import org.rocksdb.SstFileManager;

class RocksKvStoreTest extends KvStoreContract {

    @TempDir
    Path directory;

    private final List<StoreException> failures = new ArrayList<>();

    @Override
    protected KvStore open() {
        return RocksKvStore.open(directory.resolve("store"), StoreOptions.defaults(), failures::add);
    }

    @Test
    void aDirectoryInUseIsRefusedWithWhatToDo() {
        assertThatThrownBy(this::open)
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("used by no other process");
    }

    @Test
    void aDirectoryThatCannotBeMadeIsRefusedWithWhatToDo() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "no directory");

        assertThatThrownBy(() -> RocksKvStore.open(file.resolve("store"), StoreOptions.defaults(), failures::add))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("check that the directory is writable");
    }

    @Test
    void d18ADamagedFileIsAnErrorThatStopsTheStoreAndNeverAnAnswer() throws IOException {
        StoreBatch batch = new StoreBatch();
        for (int i = 0; i < 1000; i++) {
            batch.put(b("k%05d".formatted(i)), Bytes.wrap(new byte[100]));
        }
        store.write(batch);
        store.close();
        damageTables();
        store = open();

        assertThatThrownBy(() -> store.get(b("k00500"))).isInstanceOf(StoreException.class);
        assertThatThrownBy(() -> store.get(b("other"))).isInstanceOf(StoreException.class);
        assertThatThrownBy(() -> store.write(new StoreBatch().put(b("a"), b("1"))))
                .hasMessageContaining("failed before");
        assertThat(failures).hasSize(1);
    }

    /** The disk's space is stood in for by a quota of RocksDB's own, past which flushes fail as on a full disk. */
    @Test
    void aDiskThatIsFullStopsTheStoreWithAClearMessage_andWhatWasFlushedStays() throws Exception {
        store.close();
        try (RocksSettings settings = new RocksSettings(StoreOptions.defaults());
                SstFileManager space = new SstFileManager(Env.getDefault())) {
            settings.options().setSstFileManager(space);
            store = RocksKvStore.open(directory.resolve("store"), settings, failures::add);
            store.write(new StoreBatch().put(b("flushed"), b("1")));
            store.flush();
            space.setMaxAllowedSpaceUsage(10_000);
            for (int i = 0; i < 100; i++) {
                store.write(new StoreBatch().put(b("lost" + i), Bytes.wrap(random(1_000))));
            }

            assertThatThrownBy(() -> {
                        store.flush();
                        store.write(new StoreBatch().put(b("more"), Bytes.wrap(random(1_000))));
                        store.flush();
                    })
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("check the disk and its free space");
            assertThat(failures).hasSize(1);
            assertThatThrownBy(() -> store.get(b("flushed"))).hasMessageContaining("failed before");
            assertThatThrownBy(store::flush).hasMessageContaining("failed before");
            store.close();
        }

        store = open();
        assertThat(store.get(b("flushed"))).isEqualTo(b("1"));
        store.write(new StoreBatch().put(b("again"), b("2")));
        store.flush();
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new SplittableRandom(size).nextBytes(bytes);
        return bytes;
    }

    @Test
    void closingWaitsForAnOpenCursor() throws InterruptedException {
        store.write(new StoreBatch().put(b("a"), b("1")));
        KvCursor cursor = store.scan(b("a"), b("b"));
        Thread closer = Thread.ofPlatform().start(() -> store.close());

        assertThat(cursor.next()).isTrue();
        assertThat(cursor.value()).isEqualTo(b("1"));
        cursor.close();
        closer.join();

        assertThatThrownBy(() -> store.get(b("a"))).isInstanceOf(StoreException.class);
    }

    private void damageTables() throws IOException {
        List<Path> tables;
        try (Stream<Path> files = Files.list(directory.resolve("store"))) {
            tables = files.filter(file -> file.toString().endsWith(".sst")).toList();
        }
        assertThat(tables).isNotEmpty();
        for (Path table : tables) {
            byte[] bytes = Files.readAllBytes(table);
            for (int i = 0; i < bytes.length / 2; i++) {
                bytes[i] ^= 0x5a;
            }
            Files.write(table, bytes);
        }
    }
}
