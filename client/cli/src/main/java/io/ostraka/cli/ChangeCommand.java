package io.ostraka.cli;

import io.ostraka.client.OstrakaAdmin;
import io.ostraka.client.admin.Change;
import io.ostraka.client.admin.ChangeMode;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * A command that changes where shards live. It shows the plan and asks; {@code --yes} spares the question, and without
 * a terminal it is needed. What was confirmed is refused if the configuration has moved on meanwhile.
 */
abstract class ChangeCommand extends ClientCommand {

    /** More moves than this are summed up; JSON always has each. */
    private static final int LISTED_MAX = 20;

    @Spec
    private @Nullable CommandSpec command;

    @Option(names = "--dry-run", description = "Show what would move, and change nothing.")
    private boolean dryRun;

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask.")
    private boolean yes;

    ChangeCommand(Console console) {
        super(console);
    }

    /** Makes the change, or plans it. */
    abstract Change change(OstrakaAdmin admin, ChangeMode mode);

    @Override
    public Integer call() {
        if (!dryRun && !yes && !console.interactive() && command != null) {
            throw new ParameterException(
                    command.commandLine(), "This changes where shards live: confirm with --yes, or see --dry-run.");
        }
        try (OstrakaAdmin admin = cluster.admin(console)) {
            if (yes && !dryRun) {
                return report(change(admin, ChangeMode.APPLY), true);
            }
            Change plan = change(admin, ChangeMode.DRY_RUN);
            if (dryRun || !plan.changed()) {
                return report(plan, false);
            }
            describe(plan, console.err());
            if (!console.confirms("Move " + count(plan.moves().size(), "shard") + "?")) {
                console.err().println("Nothing was changed.");
                return ExitCode.FAILURE;
            }
            return report(change(admin, ChangeMode.applyOn(plan.num())), true);
        }
    }

    private int report(Change change, boolean applied) {
        if (cluster.json()) {
            List<Json> moves = change.moves().stream().map(ChangeCommand::json).toList();
            console.out()
                    .println(Json.Obj.empty()
                            .with("applied", applied && change.changed())
                            .with("changed", change.changed())
                            .with("message", change.message())
                            .with("num", change.num())
                            .with("moves", new Json.Arr(moves))
                            .write());
            return ExitCode.OK;
        }
        describe(change, console.out());
        if (!change.changed()) {
            console.out().println("Nothing to change: " + change.message());
            return ExitCode.OK;
        }
        if (!change.message().isEmpty()) {
            console.out().println(change.message());
        }
        if (applied) {
            console.out()
                    .println("Configuration " + change.num() + "; "
                            + count(change.moves().size(), "shard") + " on the way.");
        } else {
            console.out()
                    .println("Would move " + count(change.moves().size(), "shard") + ", planned on configuration "
                            + change.num() + ".");
        }
        return ExitCode.OK;
    }

    private static void describe(Change change, PrintStream out) {
        if (change.moves().isEmpty()) {
            return;
        }
        if (change.moves().size() > LISTED_MAX) {
            summarise(change, out);
            return;
        }
        Table table = new Table("SHARD", "FROM", "TO", "KEYS", "BYTES");
        change.moves()
                .forEach(move -> table.row(
                        move.shard(),
                        InspectCommands.gid(move.fromGid()),
                        InspectCommands.gid(move.toGid()),
                        move.keys(),
                        move.bytes()));
        table.print(out);
    }

    /** One row for all shards that go the same way. */
    private static void summarise(Change change, PrintStream out) {
        Map<List<Long>, List<Change.Move>> ways = change.moves().stream()
                .collect(Collectors.groupingBy(
                        move -> List.of(move.fromGid(), move.toGid()), LinkedHashMap::new, Collectors.toList()));
        Table table = new Table("SHARDS", "FROM", "TO", "KEYS", "BYTES");
        ways.forEach((way, moves) -> table.row(
                moves.size(),
                InspectCommands.gid(way.get(0)),
                InspectCommands.gid(way.get(1)),
                moves.stream().mapToLong(Change.Move::keys).sum(),
                moves.stream().mapToLong(Change.Move::bytes).sum()));
        table.print(out);
    }

    private static Json json(Change.Move move) {
        return Json.Obj.empty()
                .with("shard", move.shard())
                .with("from", move.fromGid())
                .with("to", move.toGid())
                .with("keys", move.keys())
                .with("bytes", move.bytes());
    }

    private static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
