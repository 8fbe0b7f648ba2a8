package io.ostraka.server.demo;

import io.ostraka.raft.runtime.host.SystemClock;
import io.ostraka.server.cluster.ClusterFailure;
import io.ostraka.server.cluster.ProcessCluster;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ostraka demo}: a cluster that is used, changed and broken before your eyes, and loses nothing. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Start a cluster of three processes, store a directory tree in it, let groups join and leave and kill"
                    + " processes meanwhile, then read everything back.",
            "Exits with 0 if every byte and every acknowledged line was there, else with 1."
        })
public final class DemoCommand implements Callable<Integer> {

    @Option(
            names = "--input",
            paramLabel = "DIR",
            description = "directory tree to store (default: this checkout, or the working directory)")
    private @Nullable Path input;

    @Option(names = "--keep", description = "keep the cluster's data and output, and say where they are")
    private boolean keep;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintStream out = System.out;
        Path directory = Files.createTempDirectory("ostraka-demo-");
        DemoCleaning cleaning = new DemoCleaning(directory, keep);
        Thread hook = new Thread(cleaning::run, "ostraka-demo-cleaning");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            DirectoryTree tree = DirectoryTree.of(input(), 1 << 20);
            ProcessCluster cluster = ProcessCluster.of(ProcessCluster.Plan.ofThree(directory));
            cleaning.closeFirst(cluster::close);
            cluster.launch();
            boolean right = new Demo(cluster, tree, new SystemClock(), out).run();
            if (!right) {
                cleaning.keepAsEvidence();
            }
            return right ? 0 : 1;
        } catch (ClusterFailure e) {
            if (cleaning.keepAsEvidence()) {
                System.err.println("ostraka: the demonstration failed: " + e.getMessage());
            }
            return 1;
        } finally {
            cleaning.run();
            leaveToHook(hook);
            if (cleaning.keeps()) {
                out.println("Data and output of the processes: " + directory);
            }
        }
    }

    /** The hook has nothing left to do; if it runs already, it was faster. */
    private static void leaveToHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            // Ctrl-C: the program ends in a moment.
        }
    }

    private Path input() {
        if (input != null) {
            return input;
        }
        return Path.of(System.getProperty("ostraka.checkout", ""));
    }
}
