package io.ostraka.cli;

import io.ostraka.client.ClientClosedException;
import io.ostraka.client.NotAppliedException;
import io.ostraka.client.OutcomeUnknownException;
import io.ostraka.client.UnavailableException;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The commands that talk to a running cluster, for whoever makes the program of them. Exit codes: 0 done, 1 failed, 2
 * wrongly called, 3 nobody answered in time, 4 refused, 5 the outcome is unknown.
 */
public final class OstrakaCommand {

    private OstrakaCommand() {}

    /** Makes one of the commands at the top level, with what is below it. */
    private interface Maker {
        void addTo(CommandLine program, Console console);
    }

    private static final String COMPLETION = "completion";

    /** By name, in the order of the help text. */
    private static final Map<String, Maker> COMMANDS = commands();

    private static Map<String, Maker> commands() {
        Map<String, Maker> commands = new LinkedHashMap<>();
        commands.put("put", (program, console) -> add(program, new DataCommands.Put(console)));
        commands.put("get", (program, console) -> add(program, new DataCommands.Get(console)));
        commands.put("append", (program, console) -> add(program, new DataCommands.Append(console)));
        commands.put("delete", (program, console) -> add(program, new DataCommands.Delete(console)));
        commands.put("cas", (program, console) -> add(program, new DataCommands.Cas(console)));
        commands.put("import", (program, console) -> add(program, new ImportCommand(console)));
        commands.put("bench", (program, console) -> add(program, new BenchCommand(console)));
        commands.put("join", (program, console) -> add(program, new ConfigurationCommands.Join(console)));
        commands.put("leave", (program, console) -> add(program, new ConfigurationCommands.Leave(console)));
        commands.put("move", (program, console) -> add(program, new ConfigurationCommands.Move(console)));
        commands.put("query", (program, console) -> add(program, new InspectCommands.Query(console)));
        commands.put("unpin", (program, console) -> add(program, new ConfigurationCommands.Unpin(console)));
        commands.put("undo", (program, console) -> add(program, new ConfigurationCommands.Undo(console)));
        commands.put("status", (program, console) -> add(program, new InspectCommands.Status(console)));
        commands.put("setup", (program, console) -> add(program, new SetupCommand(console)));
        commands.put("health", (program, console) -> add(program, new HealthCommand(console)));
        commands.put("shard", OstrakaCommand::addShard);
        commands.put(
                "group",
                (program, console) -> add(noun(program, "group", "Groups."), new RecoveryCommands.Forget(console)));
        commands.put(
                "request",
                (program, console) -> add(
                        noun(program, "request", "Requests whose outcome is unknown."),
                        new DataCommands.RequestOutcome(console)));
        commands.put("controller", OstrakaCommand::addController);
        commands.put("config", OstrakaCommand::addConfig);
        commands.put(
                COMPLETION,
                (program, console) -> add(
                        noun(program, COMPLETION, "Completion of commands and options by the shell."),
                        new Completion(console)));
        return Collections.unmodifiableMap(commands);
    }

    private static void addShard(CommandLine program, Console console) {
        CommandLine shard = noun(program, "shard", "Shards.");
        add(shard, new InspectCommands.ShardList(console));
        add(shard, new RecoveryCommands.Recover(console));
    }

    private static void addController(CommandLine program, Console console) {
        CommandLine controller = noun(program, "controller", "The shard controllers.");
        add(controller, new ControllerCommands.Format(console));
        add(controller, new ControllerCommands.Init(console));
        add(controller, new BackupCommands.Backup(console));
        add(controller, new BackupCommands.Resume(console));
    }

    private static void addConfig(CommandLine program, Console console) {
        CommandLine config = noun(program, "config", "Settings.");
        if (!config.getSubcommands().containsKey("print")) {
            add(config, new ConfigPrint(console));
        }
    }

    /** Whether this is a command that {@link #addTo} adds, and that knows nothing of the others. */
    public static boolean isCommand(String name) {
        return COMMANDS.containsKey(name) && !name.equals(COMPLETION);
    }

    /** Adds every command to a program; see {@link #addTo(CommandLine, Console, Predicate)}. */
    public static void addTo(CommandLine program, Console console) {
        addTo(program, console, name -> true);
    }

    /**
     * Adds commands to a program. A program that has a command {@code controller} or {@code config} of its own keeps
     * it, and gets {@code format}, {@code init} and so on below it. Call this after its own commands are there.
     *
     * @param program the root command
     * @param console what the commands read and write
     * @param wanted which of them, by name
     */
    public static void addTo(CommandLine program, Console console, Predicate<String> wanted) {
        COMMANDS.forEach((name, maker) -> {
            if (wanted.test(name)) {
                maker.addTo(program, console);
            }
        });
        configure(program, console);
    }

    private static void configure(CommandLine program, Console console) {
        program.setOut(writer(console.out()));
        program.setErr(writer(console.err()));
        program.registerConverter(Duration.class, new Durations());
        program.setCaseInsensitiveEnumValuesAllowed(true);
        program.setParameterExceptionHandler(OstrakaCommand::calledWrongly);
        program.setExecutionExceptionHandler((error, failed, parsed) -> {
            failed.getErr().println(message(error));
            if (error instanceof UnavailableException) {
                failed.getErr()
                        .println("Is the cluster up? --controllers or $" + ClusterOptions.CONTROLLERS_VARIABLE
                                + " say where it is; status shows who answers.");
            }
            return exitCode(error);
        });
    }

    /** Says what is wrong with a command line and where to read on; the whole help text would bury it. */
    private static int calledWrongly(ParameterException error, String[] args) {
        CommandLine failed = error.getCommandLine();
        PrintWriter err = failed.getErr();
        err.println(sentence(String.valueOf(error.getMessage())));
        boolean suggested = UnmatchedArgumentException.printSuggestions(error, err);
        if (!suggested && error instanceof UnmatchedArgumentException unmatched && unmatched.isUnknownOption()) {
            err.println("What begins with a dash and is no option goes behind --");
        }
        err.println("See: " + failed.getCommandSpec().qualifiedName() + " --help");
        return ExitCode.USAGE;
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
        String why = error instanceof UncheckedIOException io && io.getCause() != null ? ": " + why(io.getCause()) : "";
        return sentence(what + why);
    }

    private static String sentence(String text) {
        String start = text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
        return start.endsWith(".") ? start : start + ".";
    }

    /** The reasons that the file system gives by the name of an exception alone, in words. */
    private static String why(IOException error) {
        return switch (error) {
            case NoSuchFileException missing -> "there is no such file";
            case AccessDeniedException denied -> "permission is denied";
            case FileSystemException other when other.getReason() != null -> other.getReason();
            default -> String.valueOf(error.getMessage());
        };
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
