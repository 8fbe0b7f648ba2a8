package io.ostraka.server.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** Bytes that the files of one folder take, for status; a file that goes meanwhile counts as nothing. */
record DirectorySize(Path folder) implements LongSupplier {

    @Override
    public long getAsLong() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.mapToLong(DirectorySize::size).sum();
        } catch (IOException e) {
            return 0;
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return 0;
        }
    }
}
