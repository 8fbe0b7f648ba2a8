package io.ostraka.server;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is in the tarball that the build makes, and that a process runs from it and ends when it is told to. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class TarballIT {

    private static final Path TARBALL = Path.of(requireNonNull(System.getProperty("ostraka.tarball")));
    private static final String TOP = TARBALL.getFileName().toString().replace(".tar.gz", "");

    @Test
    void everythingIsBelowOneFolderOwnedByRootAndOnlyTheLauncherIsExecutable(@TempDir Path directory)
            throws IOException, InterruptedException {
        List<String> entries = run(directory, "tar", "--numeric-owner", "-tvzf", TARBALL.toString())
                .lines()
                .toList();
        List<String> names = entries.stream().map(TarballIT::name).toList();

        assertThat(entries).allMatch(line -> line.contains(" " + TOP + "/"));
        assertThat(entries).allSatisfy(line -> assertThat(line).containsPattern("\\s0[/ ]+0\\s"));
        assertThat(entries.stream().filter(line -> line.startsWith("-rwx")).map(TarballIT::name))
                .containsExactly("bin/ostraka");
        assertThat(names)
                .contains("LICENSE", "conf/ostraka.yaml", "conf/server.jvm", "conf/command.jvm")
                .contains("systemd/ostraka@.service", "systemd/ostraka.sysusers")
                .contains("lib/" + TOP.replace("ostraka-", "ostraka-server-") + ".jar")
                .doesNotHaveDuplicates();
        try (Stream<Path> jars = Files.list(TARBALL.resolveSibling("dist/lib"))) {
            assertThat(names.stream().filter(name -> name.endsWith(".jar")))
                    .containsExactlyInAnyOrderElementsOf(
                            jars.map(jar -> "lib/" + jar.getFileName()).toList());
        }
    }

    @Test
    void launcherRunsThroughASymbolicLinkFromAnyDirectoryAndEndsInOrderWhenItIsTerminated(@TempDir Path directory)
            throws IOException, InterruptedException {
        // A folder with a blank in its name, as people have them.
        Path place = Files.createDirectory(directory.resolve("a place"));
        run(place, "tar", "-xzf", TARBALL.toString());
        Path link = Files.createSymbolicLink(directory.resolve("ostraka"), Path.of("a place", TOP, "bin", "ostraka"));
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));

        Process controller =
                start(elsewhere, link.toString(), "controller", "--listen", "127.0.0.1:0", "--data", "data");
        try (BufferedReader output = controller.inputReader(StandardCharsets.UTF_8)) {
            assertThat(output.readLine()).startsWith("ready on 127.0.0.1:");
            // The launcher has become the JVM, so a signal reaches it.
            assertThat(controller.descendants()).isEmpty();
            controller.destroy();
            assertThat(controller.waitFor()).isZero();
            assertThat(elsewhere.resolve("data")).isDirectory();
        } finally {
            controller.descendants().forEach(ProcessHandle::destroyForcibly);
            controller.destroyForcibly();
        }
    }

    /** The name of what a line of a listing is about, below the topmost folder. */
    private static String name(String line) {
        return line.substring(line.indexOf(TOP) + TOP.length() + 1);
    }

    private static String run(Path directory, String... command) throws IOException, InterruptedException {
        Process process = start(directory, command);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
        return output;
    }

    private static Process start(Path directory, String... command) throws IOException {
        return new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
