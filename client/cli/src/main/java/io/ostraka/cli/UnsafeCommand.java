package io.ostraka.cli;

import io.ostraka.client.OstrakaAdmin;
import io.ostraka.client.admin.Change;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * A command that gives groups up, so that data may be lost: it shows its plan, and carries that out only if both
 * {@code --unsafe} and {@code --yes} are given.
 *
 * @param <P> what it plans
 */
abstract class UnsafeCommand<P> extends ClientCommand {

    @Spec
    private @Nullable CommandSpec command;

    @Option(names = "--unsafe", description = "Yes, what only the groups knew that are given up may be lost.")
    private boolean unsafe;

    @Option(names = "--dry-run", description = "Only show what would happen, as without --yes.")
    private boolean dryRun;

    @Option(
            names = {"-y", "--yes"},
            description = "Do it.")
    private boolean yes;

    UnsafeCommand(Console console) {
        super(console);
    }

    /** What would happen. */
    abstract P plan(OstrakaAdmin admin);

    /** Whether the plan changes anything. */
    abstract boolean changes(P plan);

    /** The plan in a sentence. */
    abstract String message(P plan);

    abstract Change carryOut(OstrakaAdmin admin, P plan);

    abstract void report(P plan, String message, boolean applied);

    @Override
    public Integer call() {
        if (yes && !dryRun && !unsafe && command != null) {
            throw new ParameterException(
                    command.commandLine(),
                    "What only the groups knew that are given up may be lost: confirm with --unsafe, too.");
        }
        try (OstrakaAdmin admin = cluster.admin(console)) {
            P plan = plan(admin);
            if (changes(plan) && yes && !dryRun) {
                Change done = carryOut(admin, plan);
                report(plan, done.message(), done.changed());
                return ExitCode.OK;
            }
            report(plan, message(plan), false);
            if (changes(plan) && !cluster.json()) {
                console.err().println("Nothing was changed; with --unsafe --yes this is carried out.");
            }
            return ExitCode.OK;
        }
    }
}
