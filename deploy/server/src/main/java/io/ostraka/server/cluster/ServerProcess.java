package io.ostraka.server.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One server process that this program starts, kills and starts again on the same port and directory. What the process
 * prints goes to a log file beside its data. Not thread-safe but for {@link #kill} and {@link #end}.
 */
public final class ServerProcess {

    /** What a server prints on standard output once it listens; the address follows. */
    public static final String READY_LINE = "ready on ";

    private static final long POLL_MILLIS = 50;
    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(60);

    private final String name;
    private final List<String> command;
    private final Path logFile;
    private volatile @Nullable Running running;

    /** A process and the thread that copies what it prints. */
    private record Running(Process process, Thread output) {}

    private boolean ended;

    /**
     * Prepares a process; nothing is started yet.
     *
     * @param name for people, for example {@code node-1}
     * @param command the command line
     * @param logFile where its output is appended
     */
    ServerProcess(String name, List<String> command, Path logFile) {
        this.name = name;
        this.command = List.copyOf(command);
        this.logFile = logFile;
    }

    /** Its name, for people. */
    public String name() {
        return name;
    }

    /**
     * Starts the process, without waiting until it serves.
     *
     * @throws ClusterFailure if it was ended for good
     */
    public synchronized Starting start() throws IOException {
        if (ended) {
            throw new ClusterFailure(name + " is not started again: its cluster is closed");
        }
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(command)).redirectErrorStream(true);
        Process started = builder.start();
        CountDownLatch ready = new CountDownLatch(1);
        // A read of a pipe holds a virtual thread's carrier for as long as the process prints nothing: enough of them
        // would keep the output of all others from being read.
        Thread output = Thread.ofPlatform().daemon().name("output of " + name).start(() -> copyOutput(started, ready));
        running = new Running(started, output);
        return new Starting(started, ready);
    }

    /**
     * Sends SIGKILL and waits until the process is gone and all that it has printed is in its log file; nothing happens
     * if it does not run.
     */
    public void kill() {
        Running killed = running;
        if (killed != null) {
            // By its handle: Process.destroyForcibly closes the pipe, and what is in it would be lost.
            killed.process().toHandle().destroyForcibly();
            killed.process().onExit().join();
            joinUninterruptibly(killed.output());
        }
    }

    private static void joinUninterruptibly(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sends SIGSTOP: the process keeps its port and its connections, and does nothing until {@link #goOn()}. */
    public void hang() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** Sends SIGCONT: a process that hangs goes on where it was. */
    public void goOn() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String signal) throws IOException, InterruptedException {
        Running now = running;
        if (now == null) {
            throw new ClusterFailure(name + " does not run");
        }
        int code = new ProcessBuilder(
                        "kill", "-" + signal, Long.toString(now.process().pid()))
                .inheritIO()
                .start()
                .waitFor();
        if (code != 0) {
            throw new ClusterFailure("SIG" + signal + " did not reach " + name);
        }
    }

    /** Kills the process for good: it cannot be started again, not even by a start that is under way. */
    public synchronized void end() {
        ended = true;
        kill();
    }

    /**
     * Sends SIGTERM and waits until the process is gone and all that it has printed is in its log file; returns its
     * exit code.
     *
     * @throws ClusterFailure if it does not run, or takes longer than a minute to end
     */
    public int stop() throws InterruptedException {
        Running stopped = running;
        if (stopped == null) {
            throw new ClusterFailure(name + " does not run");
        }
        stopped.process().toHandle().destroy();
        if (!stopped.process().waitFor(STOP_TIMEOUT)) {
            throw new ClusterFailure(name + " did not end within " + STOP_TIMEOUT.toSeconds() + " s; see " + logFile);
        }
        stopped.output().join();
        return stopped.process().exitValue();
    }

    /** Whether the process runs. */
    public boolean isAlive() {
        Running now = running;
        return now != null && now.process().isAlive();
    }

    private void copyOutput(Process started, CountDownLatch ready) {
        try (BufferedReader lines = started.inputReader(StandardCharsets.UTF_8);
                var log = Files.newBufferedWriter(
                        logFile, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                log.write(line);
                log.newLine();
                log.flush();
                if (line.startsWith(READY_LINE)) {
                    ready.countDown();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot copy the output of " + name + " to " + logFile, e);
        }
    }

    /** A process that has been started and may not serve yet. */
    public final class Starting {
        private final Process started;
        private final CountDownLatch ready;

        private Starting(Process started, CountDownLatch ready) {
            this.started = started;
            this.ready = ready;
        }

        /**
         * Waits until the process says that it listens.
         *
         * @throws ClusterFailure if it ends before, or takes longer than a minute
         */
        public void await() throws InterruptedException {
            for (long waited = 0; !ready.await(POLL_MILLIS, TimeUnit.MILLISECONDS); waited += POLL_MILLIS) {
                if (!started.isAlive()) {
                    throw new ClusterFailure(
                            name + " ended with code " + started.exitValue() + " before it served; see " + logFile);
                }
                if (waited >= START_TIMEOUT.toMillis()) {
                    throw new ClusterFailure(
                            name + " did not serve within " + START_TIMEOUT.toSeconds() + " s; see " + logFile);
                }
            }
        }
    }
}
