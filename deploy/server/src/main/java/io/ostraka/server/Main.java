package io.ostraka.server;

import io.ostraka.cli.Console;
import io.ostraka.cli.OstrakaCommand;
import io.ostraka.server.cluster.ClusterFailure;
import io.ostraka.server.config.ConfigException;
import io.ostraka.server.demo.DemoCommand;
import io.ostraka.server.dev.DevCommand;
import io.ostraka.server.process.ProcessException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The program {@code ostraka}: one command tree for those who run a cluster and those who use it. */
@Command(
        name = "ostraka",
        description = "A sharded, linearizable key-value store.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.BuildVersion.class)
public final class Main implements Runnable {

    private static final int FAILURE = 1;
    private static final int USAGE = 2;

    @Spec
    private @Nullable CommandSpec spec;

    /**
     * Runs one command and exits with its code.
     *
     * @param args the command and its options
     */
    public static void main(String[] args) {
        LibraryLogs.leaveOutWhatWeReport();
        System.exit(commandLine(Console.system(), args).execute(args));
    }

    /** The program with all its commands. */
    static CommandLine commandLine(Console console) {
        return commandLine(console, new String[0]);
    }

    /**
     * The program as far as {@code args} need it. Describing all commands takes longer than most of them run, so where
     * the first word is one of them, the others are left out.
     */
    static CommandLine commandLine(Console console, String... args) {
        CommandLine program = new CommandLine(new Main());
        String first = args.length == 0 ? "" : args[0];
        Map<String, Supplier<CommandLine>> ours = new LinkedHashMap<>();
        ours.put("demo", () -> new CommandLine(new DemoCommand()));
        ours.put("dev", () -> new CommandLine(new DevCommand()));
        ours.put("server", () -> new CommandLine(ServeCommand.server()));
        ours.put("controller", () -> new CommandLine(ServeCommand.controller()));
        ours.put("config", ConfigCommand::commandLine);
        boolean one = ours.containsKey(first) || OstrakaCommand.isCommand(first);
        Predicate<String> wanted = one ? first::equals : name -> true;
        ours.forEach((name, command) -> {
            if (wanted.test(name)) {
                program.addSubcommand(name, command.get());
            }
        });
        OstrakaCommand.addTo(program, console, wanted);
        CommandLine.IExecutionExceptionHandler commands = program.getExecutionExceptionHandler();
        program.setExecutionExceptionHandler((error, failed, parsed) -> switch (error) {
            case ConfigException unusable -> says(failed, unusable, USAGE);
            case ProcessException unable -> says(failed, unable, FAILURE);
            case ClusterFailure failure -> says(failed, failure, FAILURE);
            default -> commands.handleExecutionException(error, failed, parsed);
        });
        return program;
    }

    private static int says(CommandLine failed, RuntimeException error, int exitCode) {
        failed.getErr().println("ostraka: " + error.getMessage());
        failed.getErr().flush();
        return exitCode;
    }

    /** Without a command there is nothing to do, which is a usage error. */
    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(spec.commandLine(), "Say what to do: a command is missing.");
        }
    }

    /** The version that the build wrote into the jar. */
    static final class BuildVersion implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"ostraka " + (version == null ? "(unpackaged)" : version)};
        }
    }
}
