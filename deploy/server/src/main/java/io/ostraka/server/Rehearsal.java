package io.ostraka.server;

import io.ostraka.cli.Console;
import io.ostraka.server.cluster.DirectoryRemoval;
import io.ostraka.server.cluster.FreePorts;
import io.ostraka.server.dev.DevCluster;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * A short life of a cluster and of the commands that use it. The launcher runs it once after a build and has the JVM
 * keep what it loads and links meanwhile, so that later starts are quick; nothing else comes of it.
 */
public final class Rehearsal {

    private static final int SHARDS = 16;

    /** What is worth keeping where room is short: an image, whose commands are those of probes. */
    private static final Programme SHORT = new Programme(1, 1, List.of("put key value", "get key", "status"));

    private static final Programme LONG = new Programme(
            3,
            2,
            List.of(
                    "put key value",
                    "append key more",
                    "get key",
                    "get key -o json",
                    "cas key 2 changed",
                    "delete key",
                    "query",
                    "status",
                    "shard list -o json",
                    "leave 102 --dry-run",
                    "bench --count 2000"));

    private static final int SECONDS_MAX = 120;

    private Rehearsal() {}

    private record Programme(int nodes, int groups, List<String> commands) {}

    /** Starts a cluster in a temporary directory, uses it, and ends it; with {@code --short}, a single node of it. */
    public static void main(String[] args) throws IOException, InterruptedException {
        Programme programme = List.of(args).contains("--short") ? SHORT : LONG;
        endInAnyCase();
        Path directory = Files.createTempDirectory("ostraka-rehearsal-");
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create();
        try (DevCluster cluster = new DevCluster(new DevCluster.Plan(
                directory, FreePorts.find(programme.nodes(), random), programme.groups(), programme.nodes(), SHARDS))) {
            cluster.start();
            PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
            Console console = new Console(
                    InputStream.nullInputStream(),
                    nowhere,
                    nowhere,
                    Map.of("OSTRAKA_CONTROLLERS", cluster.controllers()),
                    false,
                    false);
            programme.commands().forEach(command -> run(console, command.split(" ")));
        } finally {
            DirectoryRemoval.remove(directory);
        }
        System.exit(0);
    }

    /** Who waits for a rehearsal wants to begin: it may fail, but not hang. */
    private static void endInAnyCase() {
        TimerTask halt = new TimerTask() {
            @Override
            public void run() {
                Runtime.getRuntime().halt(1);
            }
        };
        new Timer("ostraka-rehearsal-guard", true).schedule(halt, TimeUnit.SECONDS.toMillis(SECONDS_MAX));
    }

    private static void run(Console console, String[] words) {
        int exitCode = Main.commandLine(console, words).execute(words);
        if (exitCode != 0) {
            System.err.println(String.join(" ", words) + " ended with " + exitCode);
        }
    }
}
