package io.ostraka.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Child processes of the shell, which print as servers do. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ServerProcessIT {

    @TempDir
    private Path directory;

    private final List<Throwable> uncaught = new CopyOnWriteArrayList<>();
    private Thread.UncaughtExceptionHandler handlerBefore;

    @BeforeEach
    void watchThreads() {
        handlerBefore = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> uncaught.add(failure));
    }

    @AfterEach
    void noThreadBroke() {
        Thread.setDefaultUncaughtExceptionHandler(handlerBefore);
        assertThat(uncaught).isEmpty();
    }

    @Test
    void whatAKilledProcessHasPrintedIsInItsLog() throws Exception {
        Path printed = directory.resolve("printed");
        // Each number is in the second file only once it was printed.
        ServerProcess process =
                shell("echo ready on here; i=0; while :; do echo number $i; echo number $i >>%s; i=$((i+1)); done"
                        .formatted(printed));
        process.start().await();
        while (!Files.exists(printed)) {
            Thread.onSpinWait();
        }

        process.kill();

        assertThat(process.isAlive()).isFalse();
        assertThat(log()).startsWith("ready on here").containsAll(completeLines(printed));
    }

    @Test
    void processThatIsStartedAgainGoesOnInItsLog() throws Exception {
        ServerProcess process = shell("echo ready on here; exec sleep 1000");
        process.start().await();
        process.kill();

        process.start().await();

        assertThat(process.isAlive()).isTrue();
        process.kill();
        assertThat(log()).containsExactly("ready on here", "ready on here");
    }

    /**
     * Virtual threads would starve: a read of a pipe holds the carrier, and carriers that were added for that and have
     * idled for half a minute are not replaced. Only threads of the system have a stack trace here.
     */
    @Test
    void whatAProcessPrintsIsReadByAThreadThatOthersCannotHold() throws Exception {
        ServerProcess process = shell("echo ready on here; exec sleep 1000");
        process.start().await();

        assertThat(Thread.getAllStackTraces().keySet())
                .anyMatch(thread -> thread.getName().equals("output of shell") && thread.isDaemon());
        process.kill();
    }

    @Test
    void processThatEndsBeforeItServesIsReportedWithItsCodeAndItsLog() throws Exception {
        ServerProcess process = shell("echo no such setting; exit 3");
        ServerProcess.Starting starting = process.start();

        assertThatThrownBy(starting::await)
                .isInstanceOf(ClusterFailure.class)
                .hasMessageContaining("shell ended with code 3")
                .hasMessageContaining(logFile().toString());
        process.kill();
        assertThat(log()).containsExactly("no such setting");
    }

    @Test
    void killingWhatDoesNotRunDoesNothing() {
        ServerProcess process = shell("exec sleep 1000");

        process.kill();

        assertThat(process.isAlive()).isFalse();
    }

    private ServerProcess shell(String script) {
        return new ServerProcess("shell", List.of("/bin/sh", "-c", script), logFile());
    }

    private Path logFile() {
        return directory.resolve("output.log");
    }

    private List<String> log() throws IOException {
        return Files.readAllLines(logFile());
    }

    /** The kill may have cut the last one. */
    private static List<String> completeLines(Path file) throws IOException {
        String text = Files.readString(file);
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    }
}
