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
import java.util.stream.Stream;

/**
 * Two machines of a cluster that are not like the others, as far as this machine can make them so: the clock of one is
 * a day ahead, for which it takes libfaketime, and the disk of another is small, for which it takes the rights of root.
 */
final class UnlikeMachines implements AutoCloseable {

    static final String AHEAD = "node-3";
    static final String CROWDED = "node-6";

    /** Where Debian's package {@code libfaketime} has it, below the folder of the machine's architecture. */
    private static final Path LIBRARIES = Path.of("/usr/lib");

    private static final Path FAKE_TIME = Path.of("faketime", "libfaketimeMT.so.1");

    /** A node with less than 256 MB left takes no shards in, and this one may lead. */
    private static final String DISK_BYTES = "768m";

    private static final int SECONDS_MAX = 60;

    private final Optional<Path> fakeTime;
    private final Optional<Path> disk;

    private UnlikeMachines(Optional<Path> fakeTime, Optional<Path> disk) {
        this.fakeTime = fakeTime;
        this.disk = disk;
    }

    static UnlikeMachines make() throws IOException, InterruptedException {
        return new UnlikeMachines(fakeTime(), Engine.isAdministrator() ? smallDisk() : Optional.empty());
    }

    private static Optional<Path> fakeTime() throws IOException {
        try (Stream<Path> folders = Files.list(LIBRARIES)) {
            return folders.map(folder -> folder.resolve(FAKE_TIME))
                    .filter(Files::exists)
                    .findFirst();
        }
    }

    private static Optional<Path> smallDisk() throws IOException, InterruptedException {
        Path disk = Files.createTempDirectory("ostraka-it-disk-");
        String options = "size=" + DISK_BYTES + ",uid=65532,gid=65532,mode=700";
        try {
            run("mount", "-t", "tmpfs", "-o", options, "ostraka-it", disk.toString());
            return Optional.of(disk);
        } catch (IOException e) {
            System.out.println("no small disk: " + e.getMessage());
            Files.delete(disk);
            return Optional.empty();
        }
    }

    /** Makes a container one of these, if it is. */
    void refine(OstrakaContainer container) {
        if (container.name().equals(AHEAD)) {
            fakeTime.ifPresent(library -> setAhead(container, library));
        } else if (container.name().equals(CROWDED)) {
            disk.ifPresent(directory -> container.withDataDirectory(directory.toString()));
        }
    }

    private static void setAhead(OstrakaContainer container, Path library) {
        container
                .withCreateContainerCmdModifier(command -> requireNonNull(command.getHostConfig())
                        .withBinds(new Bind(library.toString(), new Volume("/faketime.so"))))
                .withEnv("LD_PRELOAD", "/faketime.so")
                .withEnv("FAKETIME", "+1d")
                // A machine's clock can be set; what it counts since its start cannot. With its fix for waits by
                // that count, which it would do twice here, each wait ends at once.
                .withEnv("FAKETIME_DONT_FAKE_MONOTONIC", "1")
                .withEnv("FAKETIME_FORCE_MONOTONIC_FIX", "0");
    }

    boolean isOneAhead() {
        return fakeTime.isPresent();
    }

    boolean isOneCrowded() {
        return disk.isPresent();
    }

    /** Leaves no room on the small disk. */
    void fill() throws IOException, InterruptedException {
        run("sh", "-c", "cat /dev/zero >'" + filler() + "' 2>/dev/null || true");
    }

    /** Gives the room back that {@link #fill} took. */
    void makeRoom() throws IOException, InterruptedException {
        run("rm", filler().toString());
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
        Engine.runAsAdministrator(SECONDS_MAX, List.of(command));
    }
}
