package io.ostraka.it.containers;

import static java.util.Objects.requireNonNull;

import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Volume;
import io.ostraka.testcontainers.OstrakaContainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Two machines of a cluster that are not like the others, as far as this machine can make them so: the clock of one is
 * a day ahead, for which it takes libfaketime, and the disk of another is small, for which it takes root.
 */
final class UnlikeMachines implements AutoCloseable {

    static final String AHEAD = "node-3";
    static final String CROWDED = "node-6";

    /** Where Debian's package {@code libfaketime} has it. */
    private static final Path FAKE_TIME = Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1");

    private static final String DISK_BYTES = "128m";
    private static final int SECONDS_MAX = 60;

    private final Optional<Path> disk;

    private UnlikeMachines(Optional<Path> disk) {
        this.disk = disk;
    }

    static UnlikeMachines make() throws IOException, InterruptedException {
        if (!Engine.isRoot()) {
            return new UnlikeMachines(Optional.empty());
        }
        Path disk = Files.createTempDirectory("ostraka-it-disk-");
        run(
                "mount",
                "-t",
                "tmpfs",
                "-o",
                "size=" + DISK_BYTES + ",uid=65532,gid=65532,mode=700",
                "ostraka-it",
                disk.toString());
        return new UnlikeMachines(Optional.of(disk));
    }

    /** Makes a container one of these, if it is. */
    void refine(OstrakaContainer container) {
        if (container.name().equals(AHEAD) && isOneAhead()) {
            container
                    .withCreateContainerCmdModifier(command -> requireNonNull(command.getHostConfig())
                            .withBinds(new Bind(FAKE_TIME.toString(), new Volume("/faketime.so"))))
                    .withEnv("LD_PRELOAD", "/faketime.so")
                    .withEnv("FAKETIME", "+1d")
                    // A machine's clock can be set; what it counts since its start cannot. With its fix for waits by
                    // that count, which it would do twice here, each wait ends at once.
                    .withEnv("FAKETIME_DONT_FAKE_MONOTONIC", "1")
                    .withEnv("FAKETIME_FORCE_MONOTONIC_FIX", "0");
        } else if (container.name().equals(CROWDED)) {
            disk.ifPresent(directory -> container.withDataDirectory(directory.toString()));
        }
    }

    boolean isOneAhead() {
        return Files.exists(FAKE_TIME);
    }

    boolean isOneCrowded() {
        return disk.isPresent();
    }

    /** Leaves no room on the small disk. */
    void fill() throws IOException, InterruptedException {
        run("sh", "-c", "cat /dev/zero >'" + filler() + "' 2>/dev/null || true");
    }

    /** Gives the room back that {@link #fill} took. */
    void makeRoom() throws IOException {
        Files.delete(filler());
    }

    private Path filler() {
        return disk.orElseThrow().resolve("filler");
    }

    @Override
    public void close() throws IOException, InterruptedException {
        if (disk.isPresent()) {
            run("umount", disk.get().toString());
            Files.delete(disk.get());
        }
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Engine.run(SECONDS_MAX, List.of(command));
    }
}
