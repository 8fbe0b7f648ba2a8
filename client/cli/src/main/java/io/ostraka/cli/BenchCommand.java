package io.ostraka.cli;

import io.ostraka.client.OstrakaClient;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures a cluster with a closed loop of calls. */
@Command(
        name = "bench",
        description = "Measure reads and writes: so many calls are always in flight, each new one as soon as one ends.")
final class BenchCommand extends ClientCommand {

    @Spec
    private @Nullable CommandSpec command;

    @Option(names = "--clients", paramLabel = "N", description = "Calls in flight (default: 64).")
    private int clients = 64;

    @Option(names = "--value-bytes", paramLabel = "N", description = "Size of each value (default: 256).")
    private int valueBytes = 256;

    @Option(names = "--reads", paramLabel = "PERCENT", description = "Share of linearizable reads (default: 50).")
    private int readsPercent = 50;

    @Option(names = "--keys", paramLabel = "N", description = "Different keys (default: 10000).")
    private int keys = 10_000;

    @Option(names = "--prefix", paramLabel = "TEXT", description = "What the keys begin with (default: bench:).")
    private String prefix = "bench:";

    @Option(names = "--duration", paramLabel = "DURATION", description = "How long (default: 10s).")
    private Duration duration = Duration.ofSeconds(10);

    @Option(names = "--count", paramLabel = "N", description = "How many calls, instead of a duration.")
    private long count;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of the choice of keys (default: 1).")
    private long seed = 1;

    BenchCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        check(clients >= 1, "--clients must be at least 1.");
        check(valueBytes >= 0, "--value-bytes must not be negative.");
        check(readsPercent >= 0 && readsPercent <= 100, "--reads is a percentage, 0 to 100.");
        check(keys >= 1, "--keys must be at least 1.");
        check(count >= 0, "--count must not be negative.");
        BenchLoad load = new BenchLoad(clients, valueBytes, readsPercent, keys, prefix, seed);
        long nanosMax = count > 0 ? Long.MAX_VALUE : duration.toNanos();
        long callsMax = count > 0 ? count : Long.MAX_VALUE;
        try (OstrakaClient client =
                cluster.client(console).maxInFlight(Math.max(clients, 1_024)).build()) {
            // One call first: it connects, learns the map, and says at once if nobody is there.
            client.get(prefix + "0");
            BenchRun run = new BenchRun(client, load, nanosMax, callsMax);
            run.run();
            report(run);
            return run.errors().isEmpty() ? ExitCode.OK : ExitCode.FAILURE;
        }
    }

    private void report(BenchRun run) {
        double seconds = run.elapsedNanos() / 1e9;
        if (cluster.json()) {
            Json.Obj errors = Json.Obj.empty();
            for (Map.Entry<String, Long> error : run.errors().entrySet()) {
                errors = errors.with(error.getKey(), error.getValue());
            }
            console.out()
                    .println(Json.Obj.empty()
                            .with("clients", clients)
                            .with("valueBytes", valueBytes)
                            .with("readsPercent", readsPercent)
                            .with("seconds", new Json.Num(String.format(Locale.ROOT, "%.3f", seconds)))
                            .with("reads", json(run.reads(), seconds))
                            .with("writes", json(run.writes(), seconds))
                            .with("errors", errors)
                            .write());
            return;
        }
        Table table = new Table("CALL", "COUNT", "PER SECOND", "P50 MS", "P99 MS", "MAX MS");
        row(table, "read", run.reads(), seconds);
        row(table, "write", run.writes(), seconds);
        table.print(console.out());
        long failed = run.errors().values().stream().mapToLong(Long::longValue).sum();
        console.out()
                .println(failed + " errors " + (failed == 0 ? "" : new TreeMap<>(run.errors()) + " ") + "in "
                        + String.format(Locale.ROOT, "%.1f", seconds) + " s, " + clients + " calls in flight, "
                        + valueBytes
                        + "-byte values");
    }

    private static void row(Table table, String name, Histogram nanos, double seconds) {
        if (nanos.getTotalCount() > 0) {
            table.row(
                    name,
                    nanos.getTotalCount(),
                    String.format(Locale.ROOT, "%.0f", nanos.getTotalCount() / seconds),
                    millis(nanos.getValueAtPercentile(50)),
                    millis(nanos.getValueAtPercentile(99)),
                    millis(nanos.getMaxValue()));
        }
    }

    private static Json json(Histogram nanos, double seconds) {
        return Json.Obj.empty()
                .with("count", nanos.getTotalCount())
                .with("perSecond", new Json.Num(String.format(Locale.ROOT, "%.1f", nanos.getTotalCount() / seconds)))
                .with("p50Millis", new Json.Num(millis(nanos.getValueAtPercentile(50))))
                .with("p99Millis", new Json.Num(millis(nanos.getValueAtPercentile(99))))
                .with("maxMillis", new Json.Num(millis(nanos.getMaxValue())));
    }

    private static String millis(long nanos) {
        return String.format(Locale.ROOT, "%.3f", nanos / 1e6);
    }

    private void check(boolean holds, String otherwise) {
        if (!holds && command != null) {
            throw new ParameterException(command.commandLine(), otherwise);
        }
    }
}
