package io.ostraka.it.containers;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ostraka.it.rules.Checkout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The Docker engine of this machine, and the image of this checkout in it, which is built once. Where no engine answers
 * the tests are skipped, and one line says so; with {@code OSTRAKA_CONTAINERS=required} that is a failure.
 */
final class Engine {

    private static final boolean REQUIRED = "required".equals(System.getenv("OSTRAKA_CONTAINERS"));
    private static final int ANSWER_SECONDS_MAX = 30;
    private static final int BUILD_SECONDS_MAX = 400;

    private static @Nullable String missing;
    private static boolean built;

    private Engine() {}

    /** Skips the test if there is no engine, and sees to it that the image is that of this checkout. */
    static synchronized void assumeThere() throws IOException, InterruptedException {
        String known = missing;
        if (known == null) {
            known = whyMissing();
            missing = known;
            if (!known.isEmpty()) {
                System.out.println("container tests are skipped: " + known);
            }
        }
        assume(known.isEmpty(), known);
        if (!built) {
            build();
            built = true;
        }
    }

    /** Skips the test if this machine lacks something; where container tests must run, that is a failure. */
    static void assume(boolean holds, String otherwise) {
        if (REQUIRED && !holds) {
            throw new AssertionError("container tests must run here, and cannot: " + otherwise);
        }
        assumeTrue(holds, otherwise);
    }

    /** Skips the test unless we can run these programs as this machine's administrator. */
    static void assumeAdministratorWith(String... programs) throws InterruptedException {
        assume(isAdministrator(), "it takes root, or sudo without a password");
        for (String program : programs) {
            assume(succeeds(asAdministrator(List.of("sh", "-c", "command -v " + program))), program + " is missing");
        }
    }

    /** Whether {@link #runAsAdministrator} can work. */
    static boolean isAdministrator() throws InterruptedException {
        return succeeds(asAdministrator(List.of("true")));
    }

    /** As {@link #run}, with the rights of root. */
    static String runAsAdministrator(int secondsMax, List<String> command) throws IOException, InterruptedException {
        return run(secondsMax, asAdministrator(command));
    }

    private static List<String> asAdministrator(List<String> command) {
        List<String> whole = new ArrayList<>();
        if (!"root".equals(System.getProperty("user.name"))) {
            whole.addAll(List.of("sudo", "-n"));
        }
        whole.addAll(command);
        return whole;
    }

    private static boolean succeeds(List<String> command) throws InterruptedException {
        try {
            run(ANSWER_SECONDS_MAX, command);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static String whyMissing() throws InterruptedException {
        if (!System.getProperty("os.name", "").equals("Linux")) {
            return "the image is built on Linux only";
        }
        return succeeds(List.of("docker", "version", "--format", "{{.Server.Version}}"))
                ? ""
                : "no Docker engine answers";
    }

    /** With the distribution that Maven has just made of this checkout. */
    private static void build() throws IOException, InterruptedException {
        Path checkout = Checkout.root();
        System.out.println(run(
                        BUILD_SECONDS_MAX,
                        List.of(
                                checkout.resolve("deploy/docker/build").toString(),
                                "--dist",
                                checkout.resolve("deploy/server/target/dist").toString()))
                .strip());
    }

    /**
     * Runs a program and returns what it prints on standard output.
     *
     * @throws IOException if it cannot be started, takes too long, or does not end with 0
     */
    static String run(int secondsMax, List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("ostraka-it-", ".out");
        Path errors = Files.createTempFile("ostraka-it-", ".err");
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectOutput(output.toFile()).redirectError(errors.toFile());
            Map<String, String> environment = builder.environment();
            environment.put("JAVA_HOME", System.getProperty("java.home"));
            Process process = builder.start();
            boolean ended = process.waitFor(secondsMax, TimeUnit.SECONDS);
            if (!ended) {
                process.destroyForcibly();
            }
            if (!ended || process.exitValue() != 0) {
                throw new IOException(String.join(" ", command)
                        + (ended ? " ended with " + process.exitValue() : " took over " + secondsMax + " s") + ": "
                        + Files.readString(errors));
            }
            return Files.readString(output, StandardCharsets.UTF_8);
        } finally {
            Files.delete(output);
            Files.delete(errors);
        }
    }
}
