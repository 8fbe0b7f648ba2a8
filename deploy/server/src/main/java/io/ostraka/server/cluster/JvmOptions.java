package io.ostraka.server.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The options with which the JVM of a server is started: those of {@code conf/server.jvm}, which the launcher uses. */
final class JvmOptions {

    private static final String FILE = "server.jvm";

    /** Names the classes that the launcher has had the JVM keep; only there if this program was started by it. */
    private static final String QUICK_START = "ostraka.aot";

    private JvmOptions() {}

    /** The options of a server that is to start on this program's class path. */
    static List<String> ofServer() {
        List<String> options = new ArrayList<>(parse(read()));
        String quickStart = System.getProperty(QUICK_START);
        if (quickStart != null) {
            options.add("-XX:AOTCache=" + quickStart);
        }
        String logging = System.getProperty("logback.configurationFile");
        if (logging != null) {
            options.add("-Dlogback.configurationFile=" + logging);
        }
        return options;
    }

    /** The lines of a file of options that are neither empty nor comments. */
    static List<String> parse(String file) {
        return file.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
    }

    private static String read() {
        try (InputStream file = JvmOptions.class.getResourceAsStream(FILE)) {
            if (file == null) {
                throw new IllegalStateException(FILE + " is missing on the class path");
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + FILE, e);
        }
    }
}
