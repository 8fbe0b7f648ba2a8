package io.ostraka.shardkv.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.runtime.storage.FileDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node keeps of the configuration for its next start: right, or nothing. */
class ConfigCacheTest {

    private static final long CLUSTER = 7;
    private static final ClusterConfig CONFIG = Greetings.config(CLUSTER, new GroupId(101, 1), 1, 2, 3);

    @TempDir
    private Path directory;

    @Test
    void whatWasSavedIsReadAfterARestart() {
        save(CONFIG);

        assertThat(cache(directory).read(CLUSTER)).isEqualTo(CONFIG);
    }

    @Test
    void theNewestThatWasNotedIsSaved() {
        ConfigCache cache = cache(directory);
        cache.note(ClusterConfig.founded(CLUSTER, 4));
        cache.note(CONFIG);
        cache.save();

        assertThat(cache(directory).read(CLUSTER)).isEqualTo(CONFIG);
    }

    @Test
    void nothingIsWrittenWhereNothingWasNoted() throws IOException {
        cache(directory).save();

        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).isEmpty();
        }
        assertThat(cache(directory).read(CLUSTER)).isNull();
    }

    @Test
    void theConfigurationOfAnotherClusterCountsAsNothing() {
        save(CONFIG);

        assertThat(cache(directory).read(CLUSTER + 1)).isNull();
    }

    @Test
    void anyFlippedByteCountsAsNothing() throws IOException {
        save(CONFIG);
        Path file = file();
        byte[] kept = Files.readAllBytes(file);

        for (int i = 0; i < kept.length; i++) {
            byte[] flipped = kept.clone();
            flipped[i] ^= 0x40;
            Files.write(file, flipped);
            assertThat(cache(directory).read(CLUSTER)).as("byte " + i).isNull();
        }
    }

    @Test
    void anyTruncationCountsAsNothing() throws IOException {
        save(CONFIG);
        Path file = file();
        byte[] kept = Files.readAllBytes(file);

        for (int length = 0; length < kept.length; length++) {
            Files.write(file, java.util.Arrays.copyOf(kept, length));
            assertThat(cache(directory).read(CLUSTER)).as("%d bytes", length).isNull();
        }
    }

    /** A crash in the middle of a write leaves the file under its temporary name. */
    @Test
    void aWriteThatBrokeOffLeavesTheFormerConfiguration() throws IOException {
        save(CONFIG);
        Path file = file();
        Files.write(file.resolveSibling(file.getFileName() + ".tmp"), new byte[] {1, 2, 3});

        assertThat(cache(directory).read(CLUSTER)).isEqualTo(CONFIG);
        save(ClusterConfig.founded(CLUSTER, 4));
        assertThat(cache(directory).read(CLUSTER)).isEqualTo(ClusterConfig.founded(CLUSTER, 4));
    }

    @Test
    void aDirectoryThatCannotBeWrittenCostsNothingButTheCache() throws IOException {
        Path missing = directory.resolve("missing");
        ConfigCache cache = cache(missing);
        Files.delete(missing);
        cache.note(CONFIG);
        cache.save();

        assertThat(cache.read(CLUSTER)).isNull();
    }

    private static ConfigCache cache(Path directory) {
        try {
            return new ConfigCache(FileDisk.at(directory));
        } catch (DiskException e) {
            throw new AssertionError(e);
        }
    }

    private void save(ClusterConfig config) {
        ConfigCache cache = cache(directory);
        cache.note(config);
        cache.save();
    }

    private Path file() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.findFirst().orElseThrow();
        }
    }
}
