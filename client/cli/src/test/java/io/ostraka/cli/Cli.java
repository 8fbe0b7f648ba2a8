package io.ostraka.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Runs one command as a shell would, and keeps what it printed. A command that does not say how long to try does so for
 * a minute, which it takes only if it fails.
 */
final class Cli {

    private static final String PATIENCE = "1m";

    @Command(name = "ostraka")
    private static final class Root {}

    private final Map<String, String> environment;
    private byte[] input = new byte[0];
    private boolean interactive;

    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    final ByteArrayOutputStream err = new ByteArrayOutputStream();

    Cli(Map<String, String> environment) {
        this.environment = environment;
    }

    /** With this cluster in the environment. */
    static Cli of(String controllers) {
        return new Cli(Map.of("OSTRAKA_CONTROLLERS", controllers));
    }

    Cli input(byte[] bytes) {
        input = bytes;
        return this;
    }

    /** As at a terminal, where this is typed. */
    Cli typing(String line) {
        interactive = true;
        return input(line.getBytes(UTF_8));
    }

    int run(String... args) {
        out.reset();
        err.reset();
        PrintStream errors = new PrintStream(err, true, UTF_8);
        Console console = new Console(
                new ByteArrayInputStream(input),
                new PrintStream(out, true, UTF_8),
                errors,
                environment,
                interactive,
                interactive);
        CommandLine program = new CommandLine(new Root());
        OstrakaCommand.addTo(program, console);
        program.setDefaultValueProvider(argument ->
                argument instanceof OptionSpec option && option.longestName().equals("--timeout") ? PATIENCE : null);
        return program.execute(args);
    }

    String out() {
        return out.toString(UTF_8);
    }

    String err() {
        return err.toString(UTF_8);
    }
}
