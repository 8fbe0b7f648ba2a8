package io.ostraka.raft.testkit.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Fuzzing guided by coverage: Jazzer in a process of its own, since it instruments all classes of its JVM. */
final class GuidedFuzzing {

    private static final String JAZZER = "com.code_intelligence.jazzer.Jazzer";
    private static final int INPUT_BYTES_MAX = 1 << 16;

    private GuidedFuzzing() {}

    static boolean isPossible() {
        try {
            Class.forName(JAZZER, false, GuidedFuzzing.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /** Fuzzes for a time; what was learned stays in {@code target/fuzz} for the next time. */
    static void run(Class<? extends FuzzTarget> type, List<byte[]> seeds, long seconds, long seed) {
        try {
            Path folder = Path.of("target", "fuzz", Fuzzing.name(type)).toAbsolutePath();
            Path inputs = Files.createDirectories(folder.resolve("inputs"));
            for (int i = 0; i < seeds.size(); i++) {
                Files.write(inputs.resolve("seed-" + i), seeds.get(i));
            }
            Path log = folder.resolve("log");
            Process process = new ProcessBuilder(command(type, folder, seconds, seed))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            int code = waitFor(process);
            if (code != 0) {
                throw new AssertionError(Fuzzing.name(type) + ", guided, ended with " + code + ":\n" + end(log));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> command(Class<?> type, Path folder, long seconds, long seed) {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-XX:-OmitStackTraceInFastThrow",
                "-XX:+EnableDynamicAgentLoading",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-D" + GuidedEntry.TARGET + "=" + type.getName(),
                "-cp",
                classPath,
                JAZZER,
                "--target_class=" + GuidedEntry.class.getName(),
                "--instrumentation_includes=io.ostraka.**",
                "--custom_hook_includes=io.ostraka.**",
                "--reproducer_path=" + folder,
                "-artifact_prefix=" + folder + "/",
                "-max_total_time=" + seconds,
                "-seed=" + seed,
                "-max_len=" + INPUT_BYTES_MAX,
                "-rss_limit_mb=3000",
                "-timeout=20",
                folder.resolve("inputs").toString());
    }

    private static int waitFor(Process process) {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while Jazzer ran", e);
        }
    }

    private static String end(Path log) throws IOException {
        try (Stream<String> lines = Files.lines(log)) {
            List<String> all = lines.toList();
            return String.join("\n", all.subList(Math.max(0, all.size() - 60), all.size()));
        }
    }
}
