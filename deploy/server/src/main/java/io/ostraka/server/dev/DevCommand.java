package io.ostraka.server.dev;

import io.ostraka.server.cluster.DirectoryRemoval;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ostraka dev}: a cluster in this process until Ctrl-C. */
@Command(
        name = "dev",
        mixinStandardHelpOptions = true,
        description = "Run a whole cluster in this process, on fixed ports, until Ctrl-C.")
public final class DevCommand implements Callable<Integer> {

    private static final int DEFAULT_NODES = 3;
    private static final int DEFAULT_PORT = 7100;

    @Option(
            names = "--nodes",
            paramLabel = "N",
            description = "nodes, of which up to three are controllers, too (default: 3)")
    private int nodes = DEFAULT_NODES;

    @Option(names = "--groups", paramLabel = "N", description = "groups that join at the first start (default: 2)")
    private int groups = 2;

    @Option(names = "--replicas", paramLabel = "N", description = "replicas of each group (default: 3)")
    private int replicas = 3;

    @Option(names = "--shards", paramLabel = "N", description = "shards, fixed at the first start (default: 256)")
    private int shards = 256;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "port of the first node; the others follow (default: 7100)")
    private int port = DEFAULT_PORT;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "keep the data here, and come back with it (default: a temporary directory that is removed)")
    private @Nullable Path data;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintStream out = System.out;
        require(nodes >= 1 && nodes <= 100, "--nodes takes 1 to 100");
        require(groups >= 1 && groups <= 1000, "--groups takes 1 to 1000");
        require(replicas >= 1 && replicas <= nodes, "--replicas takes 1 to the number of nodes, " + nodes);
        require(shards >= 1 && shards <= 16_384, "--shards takes 1 to 16384");
        require(port >= 1 && port + nodes <= 65_536, "--port leaves no room for " + nodes + " ports");
        Path kept = data;
        Path directory = kept == null ? Files.createTempDirectory("ostraka-dev-") : Files.createDirectories(kept);
        DevCluster cluster = new DevCluster(new DevCluster.Plan(
                directory, IntStream.range(port, port + nodes).boxed().toList(), groups, replicas, shards));
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> end(cluster, kept == null ? directory : null), "ostraka-dev-end"));
        cluster.start();
        out.println("A cluster of " + nodes + " nodes listens on " + cluster.controllers()
                + (kept == null ? ", its data in " + directory + " until it ends" : ", its data in " + directory)
                + ".");
        out.println("Try, in another terminal:");
        if (port != DEFAULT_PORT || nodes < DEFAULT_NODES) {
            out.println("  export OSTRAKA_CONTROLLERS=" + cluster.controllers());
        }
        out.println("  ./ostraka put hello world");
        out.println("  ./ostraka get hello");
        out.println("  ./ostraka status");
        out.println("  ./ostraka join 103=" + cluster.addressesOf(Math.min(3, nodes)));
        out.println("  ./ostraka shard list");
        out.println("  ./ostraka bench");
        out.println("Ctrl-C ends it.");
        out.flush();
        return cluster.awaitEnd();
    }

    private static void end(DevCluster cluster, @Nullable Path temporary) {
        cluster.close();
        if (temporary != null) {
            try {
                DirectoryRemoval.remove(temporary);
            } catch (IOException e) {
                System.err.println("ostraka: cannot remove " + temporary + ": " + e.getMessage());
            }
        }
    }

    private void require(boolean condition, String message) {
        if (!condition && spec != null) {
            throw new ParameterException(spec.commandLine(), message + ".");
        }
    }
}
