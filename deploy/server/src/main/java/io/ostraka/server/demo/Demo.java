package io.ostraka.server.demo;

import io.ostraka.cli.Console;
import io.ostraka.client.OstrakaAdmin;
import io.ostraka.client.OstrakaClient;
import io.ostraka.client.admin.Change;
import io.ostraka.client.admin.ChangeMode;
import io.ostraka.client.admin.ClusterMap;
import io.ostraka.client.admin.ClusterStatus;
import io.ostraka.raft.runtime.host.Clock;
import io.ostraka.server.cluster.ClusterFailure;
import io.ostraka.server.cluster.MapWatch;
import io.ostraka.server.cluster.ProcessCluster;
import io.ostraka.server.cluster.ServerProcess;
import io.ostraka.server.load.AppendLoad;
import io.ostraka.server.load.LoadMeter;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The demonstration's acts, in order. The cluster is the caller's to start and to end. */
final class Demo {

    private static final int SHARDS = 64;
    private static final long STAYING = 101;
    private static final long LEAVING = 102;
    private static final long JOINING = 103;
    private static final List<String> LINE_KEYS = List.of("log/alpha", "log/beta", "log/gamma", "log/delta");
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration MOVE_TIMEOUT = Duration.ofMinutes(2);
    private static final Duration POLL = Duration.ofMillis(100);

    private final ProcessCluster cluster;
    private final DirectoryTree tree;
    private final Clock clock;
    private final PrintStream out;
    private final boolean terminal = Console.system().interactive();
    private final LoadMeter puts;
    private final LoadMeter appends;
    private final MovedShards moved = new MovedShards();
    private final long startNanos;

    Demo(ProcessCluster cluster, DirectoryTree tree, Clock clock, PrintStream out) {
        this.cluster = cluster;
        this.tree = tree;
        this.clock = clock;
        this.out = out;
        this.puts = new LoadMeter(clock);
        this.appends = new LoadMeter(clock);
        this.startNanos = clock.nanoTime();
    }

    /** Plays all acts; returns whether everything that was acknowledged was read back. */
    boolean run() throws IOException, InterruptedException {
        say("Three processes listen on " + String.join(", ", cluster.addresses()) + ".");
        cluster.found(SHARDS, List.of(STAYING, LEAVING));
        say("Founded: " + SHARDS + " shards on groups " + STAYING + " and " + LEAVING
                + ", each replicated over the three.");
        try (OstrakaClient client = cluster.client(CALL_TIMEOUT);
                OstrakaClient writer = cluster.client(CALL_TIMEOUT);
                OstrakaAdmin admin = cluster.admin(CALL_TIMEOUT);
                OstrakaAdmin.Watch watch = admin.watch(moved::see);
                ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            AppendLoad lines = new AppendLoad(writer, executor, appends, LINE_KEYS);
            lines.start();
            DirectoryLoad files = new DirectoryLoad(client, tree, puts);
            store(files);
            change(admin);
            lines.stop();
            List<String> wrong = new ArrayList<>();
            verify(files, wrong);
            wrong.addAll(lines.verify(client));
            say(lines.acknowledgedLines() + " acknowledged lines: "
                    + (wrong.isEmpty() ? "each there exactly once and in order." : "compared."));
            summary(lines.acknowledgedLines(), bytesMoved(admin));
            wrong.forEach(line -> out.println("WRONG: " + line));
            say(wrong.isEmpty() ? "Everything was there." : wrong.size() + " things were wrong.");
            return wrong.isEmpty();
        }
    }

    private void store(DirectoryLoad files) throws IOException {
        ProgressBar bar = new ProgressBar(out, terminal, "storing " + tree.files() + " files");
        files.store(done -> bar.show(done, tree.parts().size()));
        bar.finish(bytes(tree.bytes()) + " stored from "
                + tree.root().toAbsolutePath().normalize());
    }

    private void change(OstrakaAdmin admin) throws IOException, InterruptedException {
        say("Group " + JOINING + " joins.");
        Change join = admin.join(List.of(cluster.group(JOINING)), ChangeMode.APPLY);
        settle(admin, join, "shards move to group " + JOINING);

        killAndRestart(mostLeading(admin), "which leads most groups");
        killAndRestart(controllerLeader(admin), "which leads the controller");

        ClusterMap map = admin.query();
        int shard = map.shards().stream()
                .filter(row -> row.ownerGid() == LEAVING)
                .findFirst()
                .orElseThrow(() -> new ClusterFailure("group " + LEAVING + " owns no shard that could be moved"))
                .shard();
        say("Shard " + shard + " is moved by hand from group " + LEAVING + " to group " + JOINING + ".");
        Change move = admin.move(shard, JOINING, ChangeMode.APPLY);
        settle(admin, move, "shard " + shard + " moves");

        say("Group " + LEAVING + " leaves.");
        Change leave = admin.leave(List.of(LEAVING), ChangeMode.APPLY);
        settle(admin, leave, "shards leave group " + LEAVING);
    }

    /** Waits until the change has come to all who watch, and every shard is where it should be. */
    private void settle(OstrakaAdmin admin, Change change, String label) throws InterruptedException {
        ProgressBar bar = new ProgressBar(out, terminal, label);
        long begun = clock.nanoTime();
        long[] total = {change.moves().size()};
        MapWatch.await(
                admin,
                MOVE_TIMEOUT,
                map -> {
                    if (map.num() < change.num()) {
                        return false;
                    }
                    long left = map.shardsOnTheirWay();
                    total[0] = Math.max(total[0], left);
                    bar.show(total[0] - left, total[0]);
                    return left == 0;
                },
                "end of: " + label);
        bar.finish(total[0] + " arrived in " + seconds(clock.nanoTime() - begun));
    }

    private void killAndRestart(ServerProcess process, String why) throws IOException, InterruptedException {
        long before = appends.successes();
        process.kill();
        say("SIGKILL to " + process.name() + ", " + why + "; started again.");
        process.start().await();
        say(process.name() + " serves again; " + (appends.successes() - before) + " lines were appended meanwhile.");
    }

    private ServerProcess mostLeading(OstrakaAdmin admin) {
        return admin.status(false).nodes().stream()
                .flatMap(answer -> answer.answer().stream())
                .max(Comparator.comparingLong(Demo::groupsLed))
                .map(node -> cluster.at(node.address()))
                .orElseThrow(() -> new ClusterFailure("no node said how it is"));
    }

    private static long groupsLed(ClusterStatus.Node node) {
        return node.replicas().stream()
                .filter(replica -> replica.raft().role().equals("leader"))
                .count();
    }

    /** Waits for one, since the process that has just been killed may have led the controller too. */
    private ServerProcess controllerLeader(OstrakaAdmin admin) throws InterruptedException {
        long begun = clock.nanoTime();
        do {
            Optional<ServerProcess> leader = admin.status(false).controllers().stream()
                    .filter(answer -> answer.answer()
                            .filter(controller -> controller.raft().role().equals("leader"))
                            .isPresent())
                    .findFirst()
                    .map(answer -> cluster.at(answer.address()));
            if (leader.isPresent()) {
                return leader.get();
            }
            Thread.sleep(POLL);
        } while (clock.nanoTime() - begun < CALL_TIMEOUT.toNanos());
        throw new ClusterFailure("for " + CALL_TIMEOUT.toSeconds() + " s no controller said that it leads");
    }

    private void verify(DirectoryLoad files, List<String> wrong) {
        ProgressBar bar = new ProgressBar(out, terminal, "reading back");
        List<String> found = files.verify(done -> bar.show(done, tree.parts().size()));
        bar.finish(tree.files() + " files, "
                + (found.isEmpty() ? "each the same byte for byte" : found.size() + " not as stored"));
        wrong.addAll(found);
    }

    private static long bytesMoved(OstrakaAdmin admin) {
        return admin.status(true).nodes().stream()
                .flatMap(answer -> answer.answer().stream())
                .flatMap(node -> node.replicas().stream())
                .filter(replica ->
                        replica.gid() == JOINING && replica.raft().role().equals("leader"))
                .flatMap(replica -> replica.shards().stream())
                .mapToLong(ClusterStatus.Shard::bytes)
                .sum();
    }

    private void summary(long lines, long bytesAtJoined) {
        row("operations", puts.successes() + " puts, " + lines + " appends");
        row("outcome unknown, then asked", (puts.unknowns() + appends.unknowns()) + "");
        row("hand-overs of shards", moved.handOvers() + "; group " + JOINING + " holds " + bytes(bytesAtJoined));
        row("longest pause a client saw", millis(Math.max(puts.longestPauseMillis(), appends.longestPauseMillis())));
        row("put latency p50 / p99", millis(puts.latencyMillis(50)) + " / " + millis(puts.latencyMillis(99)));
        row("append latency p50 / p99", millis(appends.latencyMillis(50)) + " / " + millis(appends.latencyMillis(99)));
        row("time in all", seconds(clock.nanoTime() - startNanos));
    }

    private void row(String name, String value) {
        out.println(String.format(Locale.ROOT, "  %-28s %s", name, value));
    }

    private void say(String sentence) {
        out.println(sentence);
    }

    private static String millis(double millis) {
        return String.format(Locale.ROOT, "%.1f ms", millis);
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.1f s", nanos / 1e9);
    }

    private static String bytes(long bytes) {
        return bytes < 1 << 20
                ? String.format(Locale.ROOT, "%.1f KiB", bytes / 1024.0)
                : String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
    }
}
