package io.ostraka.it.processes;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.server.Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demonstration ends what it started and removes what it wrote, whenever it is stopped. */
@Timeout(120)
class DemoIsStoppedIT {

    @TempDir
    private Path directory;

    private Path temporary;
    private Path input;

    @BeforeEach
    void makeInput() throws IOException {
        temporary = Files.createDirectory(directory.resolve("temporary files"));
        input = Files.createDirectory(directory.resolve("input"));
        Files.writeString(input.resolve("file"), "content");
    }

    @Test
    void whileItsProcessesStart() throws Exception {
        Process demo = start();
        while (demo.children().count() < 2) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }

        assertThatNothingIsLeftOf(demo);
    }

    @Test
    void whileItsClusterIsUsed() throws Exception {
        Process demo = start();
        try (BufferedReader lines = demo.inputReader(StandardCharsets.UTF_8)) {
            String line = lines.readLine();
            while (line != null && !line.startsWith("Founded")) {
                line = lines.readLine();
            }
            assertThat(line).startsWith("Founded");

            assertThatNothingIsLeftOf(demo);
        }
    }

    private Process start() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + temporary,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "demo",
                        "--input=" + input)
                .redirectError(directory.resolve("errors").toFile())
                .start();
    }

    private void assertThatNothingIsLeftOf(Process demo) throws Exception {
        List<ProcessHandle> processes = demo.descendants().toList();
        demo.destroy();

        assertThat(demo.waitFor(30, TimeUnit.SECONDS)).isTrue();
        for (ProcessHandle process : processes) {
            process.onExit().get(10, TimeUnit.SECONDS);
        }
        try (Stream<Path> left = Files.list(temporary)) {
            assertThat(left.filter(file -> file.getFileName().toString().startsWith("ostraka-")))
                    .isEmpty();
        }
    }
}
