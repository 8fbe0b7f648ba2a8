package io.ostraka.it.rules;

import java.nio.file.Files;
import java.nio.file.Path;

/** The checkout that the tests run in. */
public final class Checkout {

    private Checkout() {}

    /** Its topmost directory. */
    public static Path root() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.exists(directory.resolve("CONTRIBUTING.md"))) {
            Path parent = directory.getParent();
            if (parent == null) {
                throw new IllegalStateException("the tests run outside a checkout");
            }
            directory = parent;
        }
        return directory;
    }
}
