package io.ostraka.raft.runtime.storage;

import io.ostraka.raft.runtime.storage.DiskException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * The real {@link Disk}: a directory of the file system. {@link DiskFile#force} is {@code fdatasync}.
 *
 * <p>An interrupt closes a {@link FileChannel} under the hands of the thread that uses it. So each call here puts a
 * pending interrupt aside and restores it afterwards; a thread that may be interrupted <em>during</em> a call must
 * shield itself, as {@link LogThread} does.
 */
public final class FileDisk implements Disk {

    private final Path root;

    private FileDisk(Path root) {
        this.root = root;
    }

    /**
     * Opens a data directory, creating it (but not its parents) if it is missing.
     *
     * @throws DiskException if it cannot be created, or is not a directory
     */
    public static FileDisk at(Path root) throws DiskException {
        try {
            if (!Files.isDirectory(root)) {
                Files.createDirectory(root);
                Path parent = root.toAbsolutePath().getParent();
                if (parent != null) {
                    force(parent);
                }
            }
        } catch (IOException e) {
            DiskException failure = failed("cannot create the data directory " + root, e);
            throw switch (failure.reason()) {
                case MISSING, DEVICE ->
                    new DiskException(DiskException.Reason.NO_PLACE, "cannot create the data directory " + root, e);
                case FULL, NOT_PERMITTED, LOCKED, NO_PLACE, NOT_UNDERSTOOD -> failure;
            };
        }
        return new FileDisk(root);
    }

    @Override
    public long usableBytes() throws DiskException {
        try {
            return Files.getFileStore(root).getUsableSpace();
        } catch (IOException e) {
            throw failed("cannot ask how much room there is in " + root, e);
        }
    }

    @Override
    public String describe() {
        return root.toString();
    }

    @Override
    public DiskFile create(String name) throws DiskException {
        return openWith(name, "create", StandardOpenOption.CREATE_NEW);
    }

    @Override
    public DiskFile open(String name) throws DiskException {
        return openWith(name, "open");
    }

    private DiskFile openWith(String name, String verb, StandardOpenOption... more) throws DiskException {
        Path path = root.resolve(name);
        List<StandardOpenOption> options = new ArrayList<>(List.of(more));
        options.add(StandardOpenOption.READ);
        options.add(StandardOpenOption.WRITE);
        return call(
                verb,
                path,
                () -> new RealFile(path, FileChannel.open(path, options.toArray(StandardOpenOption[]::new))));
    }

    @Override
    public boolean exists(String name) {
        return Files.exists(root.resolve(name));
    }

    @Override
    public List<String> list(String folder) throws DiskException {
        Path path = root.resolve(folder);
        return call("list", path, () -> {
            List<String> names = new ArrayList<>();
            if (Files.isDirectory(path)) {
                try (DirectoryStream<Path> entries = Files.newDirectoryStream(path, Files::isRegularFile)) {
                    entries.forEach(entry -> names.add(entry.getFileName().toString()));
                } catch (DirectoryIteratorException e) {
                    throw e.getCause();
                }
            }
            Collections.sort(names);
            return names;
        });
    }

    @Override
    public void delete(String name) throws DiskException {
        Path path = root.resolve(name);
        call("delete", path, () -> Files.deleteIfExists(path));
    }

    @Override
    public void rename(String from, String to) throws DiskException {
        Path path = root.resolve(from);
        call(
                "rename",
                path,
                () -> Files.move(
                        path, root.resolve(to), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING));
    }

    @Override
    public void createFolder(String name) throws DiskException {
        Path path = root.resolve(name);
        if (!Files.isDirectory(path)) {
            call("create", path, () -> Files.createDirectory(path));
        }
        syncDirectory(ROOT);
    }

    @Override
    public void syncDirectory(String folder) throws DiskException {
        Path path = root.resolve(folder);
        call("sync", path, () -> {
            force(path);
            return path;
        });
    }

    private static void force(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public DiskLock lock(String name) throws DiskException {
        Path path = root.resolve(name);
        FileChannel channel = call(
                "open",
                path,
                () -> FileChannel.open(
                        path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        } catch (IOException e) {
            throw failed("cannot lock " + path, e);
        }
        if (lock == null) {
            String holder = holder(channel);
            closeQuietly(channel);
            throw new DiskException(Reason.LOCKED, "the data directory " + root + " is in use by " + holder, null);
        }
        return call("write", path, () -> {
            byte[] pid = Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII);
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(pid), 0);
            return () -> call("close", path, () -> {
                channel.close();
                return path;
            });
        });
    }

    private static String holder(FileChannel channel) {
        ByteBuffer text = ByteBuffer.allocate(20);
        try {
            channel.read(text, 0);
        } catch (IOException e) {
            return "another process";
        }
        String pid = StandardCharsets.US_ASCII.decode(text.flip()).toString().strip();
        return pid.isEmpty() ? "another process" : "process " + pid;
    }

    private static void closeQuietly(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // The lock was refused already, which is what the caller is told.
            return;
        }
    }

    private interface Operation<T> {
        T run() throws IOException;
    }

    private static <T> T call(String verb, Path path, Operation<T> operation) throws DiskException {
        boolean interrupted = Thread.interrupted();
        try {
            return operation.run();
        } catch (DiskException e) {
            throw e;
        } catch (IOException | ReadOnlyFileSystemException e) {
            throw failed("cannot " + verb + " " + path, e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static DiskException failed(String what, Exception cause) {
        String message = String.valueOf(cause.getMessage());
        String lower = message.toLowerCase(Locale.ROOT);
        if (lower.contains("no space left") || lower.contains("quota exceeded")) {
            return new DiskException(Reason.FULL, what + " (no space left)", cause);
        }
        if (cause instanceof AccessDeniedException
                || cause instanceof ReadOnlyFileSystemException
                || lower.contains("read-only file system")
                || lower.contains("permission denied")) {
            return new DiskException(Reason.NOT_PERMITTED, what + " (not permitted)", cause);
        }
        if (cause instanceof NoSuchFileException) {
            return new DiskException(Reason.MISSING, what + " (it does not exist)", cause);
        }
        return new DiskException(Reason.DEVICE, what + " (" + cause + ")", cause);
    }

    private record RealFile(Path path, FileChannel channel) implements DiskFile {

        @Override
        public void write(long offset, ByteBuffer source) throws DiskException {
            call("write", path, () -> {
                long at = offset;
                while (source.hasRemaining()) {
                    at += channel.write(source, at);
                }
                return at;
            });
        }

        @Override
        public int read(long offset, ByteBuffer target) throws DiskException {
            return call("read", path, () -> {
                int total = 0;
                while (target.hasRemaining()) {
                    int count = channel.read(target, offset + total);
                    if (count < 0) {
                        break;
                    }
                    total += count;
                }
                return total;
            });
        }

        @Override
        public void force() throws DiskException {
            call("force", path, () -> {
                channel.force(false);
                return path;
            });
        }

        @Override
        public long size() throws DiskException {
            return call("measure", path, channel::size);
        }

        @Override
        public void close() throws DiskException {
            call("close", path, () -> {
                channel.close();
                return path;
            });
        }
    }
}
