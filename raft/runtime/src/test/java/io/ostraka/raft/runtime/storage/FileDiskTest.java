package io.ostraka.raft.runtime.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real disk, in a temporary directory. */
@NullMarked
final class FileDiskTest {

    @Test
    void whatIsWrittenIsReadBack(@TempDir Path root) throws DiskException {
        Disk disk = FileDisk.at(root.resolve("data"));
        disk.createFolder("log");
        try (DiskFile file = disk.create("log/one")) {
            file.write(3, ByteBuffer.wrap(new byte[] {1, 2, 3}));
            file.force();
            assertThat(file.size()).isEqualTo(6);
        }
        disk.rename("log/one", "log/two");
        disk.syncDirectory("log");
        assertThat(disk.list("log")).containsExactly("two");
        try (DiskFile file = disk.open("log/two")) {
            ByteBuffer read = ByteBuffer.allocate(10);
            assertThat(file.read(2, read)).isEqualTo(4);
            assertThat(read.array()).startsWith(0, 1, 2, 3, 0);
        }
        disk.delete("log/two");
        assertThat(disk.exists("log/two")).isFalse();
        assertThatThrownBy(() -> disk.open("log/two"))
                .isInstanceOfSatisfying(
                        DiskException.class, e -> assertThat(e.reason()).isEqualTo(DiskException.Reason.MISSING));
    }

    @Test
    void aSecondLockIsRefusedAndNamesTheProcess(@TempDir Path root) throws Exception {
        NodeDirectory holder = NodeDirectory.open(FileDisk.at(root), new SplittableRandom(1));
        assertThatThrownBy(() -> NodeDirectory.open(FileDisk.at(root), new SplittableRandom(2)))
                .isInstanceOf(DiskException.class)
                .hasMessageContaining("process " + ProcessHandle.current().pid());
        holder.close();
        try (NodeDirectory again = NodeDirectory.open(FileDisk.at(root), new SplittableRandom(3))) {
            assertThat(again.nodeId()).isEqualTo(holder.nodeId());
            assertThat(again.startCounter()).isGreaterThan(holder.startCounter());
        }
    }

    @Test
    void aDirectoryThatCannotBeCreatedIsSaidClearly(@TempDir Path root) throws Exception {
        Path file = Files.createFile(root.resolve("file"));
        assertThatThrownBy(() -> FileDisk.at(file.resolve("data")))
                .isInstanceOf(DiskException.class)
                .hasMessageContaining("cannot create the data directory");
        for (Path wrong : List.of(file, file.resolve("data"), root.resolve("missing/data"))) {
            assertThatThrownBy(() -> FileDisk.at(wrong))
                    .isInstanceOfSatisfying(
                            DiskException.class, e -> assertThat(e.reason()).isEqualTo(DiskException.Reason.NO_PLACE));
        }
    }

    @Test
    void anInterruptedThreadStillWritesAndStaysInterrupted(@TempDir Path root) throws DiskException {
        Disk disk = FileDisk.at(root);
        try (DiskFile file = disk.create("one")) {
            Thread.currentThread().interrupt();
            file.write(0, ByteBuffer.wrap(new byte[] {1}));
            file.force();
            assertThat(Thread.interrupted()).isTrue();
            assertThat(file.size()).isEqualTo(1);
        }
    }
}
