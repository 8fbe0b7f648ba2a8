package io.ostraka.server.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DemoCleaningTest {

    @TempDir
    private Path parent;

    private Path directory;

    @BeforeEach
    void write() throws IOException {
        directory = Files.createDirectory(parent.resolve("written"));
        Files.writeString(directory.resolve("output.log"), "ready");
    }

    @Test
    void whatFailsBecauseTheClusterIsBeingEndedIsNoEvidence() {
        DemoCleaning cleaning = new DemoCleaning(directory, false);
        AtomicBoolean evidence = new AtomicBoolean(true);
        cleaning.closeFirst(() -> evidence.set(cleaning.keepAsEvidence()));

        cleaning.run();

        assertThat(evidence).isFalse();
        assertThat(directory).doesNotExist();
    }

    @Test
    void whatFailsByItselfStays() {
        DemoCleaning cleaning = new DemoCleaning(directory, false);

        assertThat(cleaning.keepAsEvidence()).isTrue();
        cleaning.run();

        assertThat(cleaning.keeps()).isTrue();
        assertThat(directory.resolve("output.log")).exists();
    }

    @Test
    void whatIsToBeKeptStays() {
        DemoCleaning cleaning = new DemoCleaning(directory, true);

        cleaning.run();

        assertThat(directory).exists();
    }
}
