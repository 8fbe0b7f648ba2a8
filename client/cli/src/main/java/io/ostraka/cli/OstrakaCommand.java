package io.ostraka.cli;

import io.ostraka.client.ClientClosedException;
import io.ostraka.client.NotAppliedException;
import io.ostraka.client.OutcomeUnknownException;
import io.ostraka.client.UnavailableException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The commands that talk to a running cluster, for whoever makes the program of them. Exit codes: 0 done, 1 failed, 2
 * wrongly called, 3 nobody answered in time, 4 refused, 5 the outcome is unknown.
 */
public final class OstrakaCommand {

    private OstrakaCommand() {}

    /**
     * Adds every command to a program. A program that has a command {@code controller} or {@code config} of its own
     * keeps it, and gets {@code format}, {@code init} and so on below it. Call this after its own commands are there.
     *
     * @param program the root command
     * @param console what the commands read and write
     */
    public static void addTo(CommandLine program, Console console) {
        add(program, new DataCommands.Put(console));
        add(program, new DataCommands.Get(console));
        add(program, new DataCommands.Append(console));
        add(program, new DataCommands.Delete(console));
        add(program, new DataCommands.Cas(console));
        add(program, new ImportCommand(console));
        add(program, new BenchCommand(console));
        add(program, new ConfigurationCommands.Join(console));
        add(program, new ConfigurationCommands.Leave(console));
        add(program, new ConfigurationCommands.Move(console));
        add(program, new InspectCommands.Query(console));
        add(program, new ConfigurationCommands.Unpin(console));
        add(program, new ConfigurationCommands.Undo(console));
        add(program, new InspectCommands.Status(console));
        add(noun(program, "shard", "Shards."), new InspectCommands.ShardList(console));
        add(noun(program, "request", "Requests whose outcome is unknown."), new DataCommands.RequestOutcome(console));
        CommandLine controller = noun(program, "controller", "The shard controllers.");
        add(controller, new ControllerCommands.Format(console));
        add(controller, new ControllerCommands.Init(console));
        CommandLine config = noun(program, "config", "Settings.");
        if (!config.getSubcommands().containsKey("print")) {
            add(config, new ConfigPrint(console));
        }
        add(noun(program, "completion", "Completion of commands and options by the shell."), new Completion(console));
        configure(program, console);
    }

    private static void configure(CommandLine program, Console console) {
        program.setOut(writer(console.out()));
        program.setErr(writer(console.err()));
        program.registerConverter(Duration.class, new Durations());
        program.setCaseInsensitiveEnumValuesAllowed(true);
        program.setExecutionExceptionHandler((error, failed, parsed) -> {
            failed.getErr().println(message(error));
            return exitCode(error);
        });
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, stream.charset()), true);
    }

    /** The exit code for what a command threw. */
    public static int exitCode(Throwable error) {
        if (error instanceof OutcomeUnknownException) {
            return ExitCode.OUTCOME_UNKNOWN;
        }
        if (error instanceof UnavailableException) {
            return ExitCode.UNAVAILABLE;
        }
        if (error instanceof ClientClosedException) {
            return ExitCode.FAILURE;
        }
        if (error instanceof NotAppliedException) {
            return ExitCode.REJECTED;
        }
        return error instanceof IllegalArgumentException ? ExitCode.USAGE : ExitCode.FAILURE;
    }

    private static String message(Throwable error) {
        String what = error.getMessage() == null ? error.toString() : error.getMessage();
        String why = error instanceof UncheckedIOException io && io.getCause() != null ? ": " + io.getCause() : "";
        String start = what.substring(0, 1).toUpperCase(Locale.ROOT) + what.substring(1) + why;
        return start.endsWith(".") ? start : start + ".";
    }

    private static void add(CommandLine parent, Callable<Integer> command) {
        CommandLine line = new CommandLine(command);
        parent.addSubcommand(line.getCommandName(), line);
    }

    private static CommandLine noun(CommandLine program, String name, String description) {
        CommandLine known = program.getSubcommands().get(name);
        if (known != null) {
            return known;
        }
        CommandSpec spec = CommandSpec.forAnnotatedObject(new Noun()).name(name);
        spec.usageMessage().description(description);
        CommandLine noun = new CommandLine(spec);
        program.addSubcommand(name, noun);
        return noun;
    }

    /** A noun is no command without a verb. */
    @Command(mixinStandardHelpOptions = true)
    private static final class Noun implements Runnable {
        @Spec
        private @Nullable CommandSpec spec;

        @Override
        public void run() {
            if (spec != null) {
                List<String> verbs = new ArrayList<>(spec.subcommands().keySet());
                throw new ParameterException(
                        spec.commandLine(),
                        "Say what to do with " + spec.name() + ": " + String.join(", ", verbs) + ".");
            }
        }
    }

    @Command(name = "print", description = "Show the settings of these commands, and where each comes from.")
    private static final class ConfigPrint extends ClientCommand {
        ConfigPrint(Console console) {
            super(console);
        }

        @Override
        public Integer call() {
            ClusterOptions.Setting controllers = cluster.controllers(console);
            Table table = new Table("SETTING", "VALUE", "FROM");
            table.row("controllers", controllers.value(), controllers.origin());
            table.row("timeout", cluster.timeout().toMillis() + "ms", cluster.timeoutOrigin());
            print(
                    Json.Obj.empty()
                            .with("controllers", setting(controllers))
                            .with(
                                    "timeout",
                                    setting(new ClusterOptions.Setting(
                                            cluster.timeout().toMillis() + "ms", cluster.timeoutOrigin()))),
                    table);
            return ExitCode.OK;
        }

        private static Json setting(ClusterOptions.Setting setting) {
            return Json.Obj.empty().with("value", setting.value()).with("from", setting.origin());
        }
    }

    @Command(name = "bash", description = "Print a script for bash (and zsh): eval \"$(ostraka completion bash)\".")
    private static final class Completion implements Callable<Integer> {
        private final Console console;

        @Spec
        private @Nullable CommandSpec spec;

        Completion(Console console) {
            this.console = console;
        }

        @Override
        public Integer call() {
            if (spec != null) {
                console.out().println(AutoComplete.bash("ostraka", spec.root().commandLine()));
            }
            return ExitCode.OK;
        }
    }
}
