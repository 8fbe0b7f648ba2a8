package io.ostraka.server;

import io.ostraka.cli.Json;
import io.ostraka.server.config.Setting;
import io.ostraka.server.config.Settings;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ostraka config}: what a server process would run with. */
@Command(name = "config", mixinStandardHelpOptions = true, description = "Settings of a server process.")
final class ConfigCommand implements Runnable {

    @Spec
    private @Nullable CommandSpec spec;

    /** The command with its verbs. */
    static CommandLine commandLine() {
        CommandLine config = new CommandLine(new ConfigCommand());
        config.addSubcommand(
                "print",
                new CommandLine(ServeCommand.withSettings(
                        new Print(), "Show each setting of a server, its value and where that comes from.", Map.of())));
        return config;
    }

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(spec.commandLine(), "Say what to do with config: print.");
        }
    }

    /** Prints the settings that the same flags would give a server. */
    @Command(mixinStandardHelpOptions = true)
    private static final class Print implements Callable<Integer> {
        @Spec
        private @Nullable CommandSpec spec;

        @Option(
                names = {"-o", "--output"},
                paramLabel = "FORMAT",
                description = "table or json (default: table).")
        private Output output = Output.TABLE;

        @Override
        public Integer call() {
            if (spec == null) {
                throw new IllegalStateException("picocli sets the command's description before it runs it");
            }
            PrintWriter out = spec.commandLine().getOut();
            Settings settings = ServeCommand.settings(spec, Map.of());
            switch (output) {
                case TABLE -> table(settings, out);
                case JSON -> out.println(json(settings).write());
            }
            out.flush();
            return 0;
        }

        private static void table(Settings settings, PrintWriter out) {
            for (Setting setting : Setting.values()) {
                Settings.Value value = settings.get(setting);
                out.printf("%-26s %-24s %s%n", setting.key(), value.text(), value.origin());
            }
        }

        private static Json json(Settings settings) {
            Json.Obj all = Json.Obj.empty();
            for (Setting setting : Setting.values()) {
                Settings.Value value = settings.get(setting);
                Json.Obj one = Json.Obj.empty().with("value", value.text()).with("from", value.origin());
                all = all.with(setting.key(), one);
            }
            return all;
        }

        /** How settings are printed. */
        private enum Output {
            TABLE,
            JSON;

            @Override
            public String toString() {
                return name().toLowerCase(Locale.ROOT);
            }
        }
    }
}
