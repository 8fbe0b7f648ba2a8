package io.ostraka.server.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ForcedEndTest {

    private static final int EXIT_CODE = 71;

    @Test
    void programWhoseShutdownHookHangsEndsWithItsCode() throws Exception {
        Process program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Hanging.class.getName())
                .inheritIO()
                .start();
        try {
            assertThat(program.waitFor(1, TimeUnit.MINUTES)).isTrue();
            assertThat(program.exitValue()).isEqualTo(EXIT_CODE);
        } finally {
            program.destroyForcibly();
        }
    }

    /** Its hook waits for what never comes. */
    static final class Hanging {

        private Hanging() {}

        public static void main(String[] arguments) {
            CountDownLatch never = new CountDownLatch(1);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                try {
                    never.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
            ForcedEnd.after(Duration.ofMillis(100), EXIT_CODE);
            System.exit(EXIT_CODE);
        }
    }
}
