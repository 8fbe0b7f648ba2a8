package io.ostraka.shardkv.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.raft.core.GroupId;
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

        assertThat(new ConfigCache(directory).read(CLUSTER)).isEqualTo(CONFIG);
    }

    @Test
    void theNewestThatWasNotedIsSaved() {
        ConfigCache cache = new ConfigCache(directory);
        cache.note(ClusterConfig.founded(CLUSTER, 4));
        cache.note(CONFIG);
        cache.save();

        assertThat(new ConfigCache(directory).read(CLUSTER)).isEqualTo(CONFIG);
    }

    @Test
    void nothingIsWrittenWhereNothingWasNoted() throws IOException {
        new ConfigCache(directory).save();

        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).isEmpty();
        }
        assertThat(new ConfigCache(directory).read(CLUSTER)).isNull();
    }

    @Test
    void theConfigurationOfAnotherClusterCountsAsNothing() {
        save(CONFIG);

        assertThat(new ConfigCache(directory).read(CLUSTER + 1)).isNull();
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
            assertThat(new ConfigCache(directory).read(CLUSTER)).as("byte " + i).isNull();
        }
    }

    @Test
    void anyTruncationCountsAsNothing() throws IOException {
        save(CONFIG);
        Path file = file();
        byte[] kept = Files.readAllBytes(file);

        for (int length = 0; length < kept.length; length++) {
            Files.write(file, java.util.Arrays.copyOf(kept, length));
            assertThat(new ConfigCache(directory).read(CLUSTER))
                    .as("%d bytes", length)
                    .isNull();
        }
    }

    /** A crash in the middle of a write leaves the file under its temporary name. */
    @Test
    void aWriteThatBrokeOffLeavesTheFormerConfiguration() throws IOException {
        save(CONFIG);
        Path file = file();
        Files.write(file.resolveSibling(file.getFileName() + ".tmp"), new byte[] {1, 2, 3});

        assertThat(new ConfigCache(directory).read(CLUSTER)).isEqualTo(CONFIG);
        save(ClusterConfig.founded(CLUSTER, 4));
        assertThat(new ConfigCache(directory).read(CLUSTER)).isEqualTo(ClusterConfig.founded(CLUSTER, 4));
    }

    @Test
    void aDirectoryThatCannotBeWrittenCostsNothingButTheCache() {
        ConfigCache cache = new ConfigCache(directory.resolve("missing"));
        cache.note(CONFIG);
        cache.save();

        assertThat(cache.read(CLUSTER)).isNull();
    }

    private void save(ClusterConfig config) {
        ConfigCache cache = new ConfigCache(directory);
        cache.note(config);
        cache.save();
    }

    private Path file() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.findFirst().orElseThrow();
        }
    }
}
