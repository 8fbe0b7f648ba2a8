package io.ostraka.server.demo;

import io.ostraka.server.cluster.ClusterFailure;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The files of a directory as keys and values. A file that is larger than one value is cut into parts, whose keys share
 * a hash tag with nothing else: {@code path#part}.
 */
final class DirectoryTree {

    /** What a build or version control makes by itself is not input. */
    private static final Set<String> SKIPPED = Set.of(".git", "target", "node_modules");

    private final Path root;
    private final List<Part> parts;
    private final int files;

    /**
     * A file or a piece of one.
     *
     * @param key under which it is stored
     * @param file where it is read from
     * @param offset in bytes
     * @param length in bytes
     */
    record Part(String key, Path file, long offset, int length) {
        /** Reads the bytes as they are on disk now. */
        byte[] read() throws IOException {
            try (var in = Files.newInputStream(file)) {
                in.skipNBytes(offset);
                byte[] bytes = in.readNBytes(length);
                if (bytes.length != length) {
                    throw new IOException(file + " became shorter while the demonstration ran");
                }
                return bytes;
            }
        }
    }

    private DirectoryTree(Path root, List<Part> parts, int files) {
        this.root = root;
        this.parts = List.copyOf(parts);
        this.files = files;
    }

    /**
     * Lists the regular files below a directory; links are not followed.
     *
     * @param partBytesMax largest value
     * @throws ClusterFailure if it is no directory or holds no file
     */
    static DirectoryTree of(Path root, int partBytesMax) throws IOException {
        if (!Files.isDirectory(root)) {
            throw new ClusterFailure(root + " is not a directory; name one with --input");
        }
        List<Part> parts = new ArrayList<>();
        int[] files = {0};
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                boolean skipped = !directory.equals(root)
                        && SKIPPED.contains(directory.getFileName().toString());
                return skipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (attributes.isRegularFile()) {
                    files[0]++;
                    addParts(parts, root, file, attributes.size(), partBytesMax);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        if (parts.isEmpty()) {
            throw new ClusterFailure(root + " holds no file; name another directory with --input");
        }
        parts.sort((a, b) -> a.key().compareTo(b.key()));
        return new DirectoryTree(root, parts, files[0]);
    }

    private static void addParts(List<Part> parts, Path root, Path file, long size, int partBytesMax) {
        String key = root.relativize(file).toString();
        if (size <= partBytesMax) {
            parts.add(new Part(key, file, 0, (int) size));
            return;
        }
        long count = (size + partBytesMax - 1) / partBytesMax;
        for (long part = 0; part < count; part++) {
            long offset = part * partBytesMax;
            int length = (int) Math.min(partBytesMax, size - offset);
            parts.add(new Part(key + "#" + part, file, offset, length));
        }
    }

    Path root() {
        return root;
    }

    int files() {
        return files;
    }

    List<Part> parts() {
        return parts;
    }

    long bytes() {
        return parts.stream().mapToLong(Part::length).sum();
    }
}
