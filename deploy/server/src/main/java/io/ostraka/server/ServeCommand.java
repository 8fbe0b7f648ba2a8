package io.ostraka.server;

import io.ostraka.server.cluster.ServerProcess;
import io.ostraka.server.config.ProcessOptions;
import io.ostraka.server.config.Setting;
import io.ostraka.server.config.Settings;
import io.ostraka.server.process.ForcedEnd;
import io.ostraka.server.process.OstrakaProcess;
import io.ostraka.server.process.StopSignals;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Spec;

/**
 * Runs one server process until it is told to stop. Its flags are made from {@link Setting}, so that flags, environment
 * and file always know the same settings.
 */
@Command(mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {

    private static final String CONFIG = "--config";
    private static final Duration FAILED_CLOSE = Duration.ofSeconds(30);

    private final Map<Setting, String> fixed;

    @Spec
    private @Nullable CommandSpec spec;

    private ServeCommand(Map<Setting, String> fixed) {
        this.fixed = fixed;
    }

    /** A command that runs a node, or what its configuration says. */
    static CommandSpec server() {
        return describe(
                new ServeCommand(Map.of()),
                "Run a node, which hosts replicas of whatever groups the controller names it for.");
    }

    /** A command that runs a replica of the controller. */
    static CommandSpec controller() {
        return describe(
                new ServeCommand(Map.of(Setting.ROLES, "controller")),
                "Run a replica of the shard controller; see also: controller format, controller init.");
    }

    private static CommandSpec describe(ServeCommand command, String description) {
        return withSettings(command, description, command.fixed);
    }

    /** Describes a command that takes every setting but the fixed ones, and a file of them. */
    static CommandSpec withSettings(Callable<Integer> command, String description, Map<Setting, String> fixed) {
        CommandSpec spec = CommandSpec.forAnnotatedObject(command);
        spec.usageMessage().description(description);
        spec.addOption(OptionSpec.builder(CONFIG)
                .type(Path.class)
                .paramLabel("FILE")
                .description("YAML file of settings; flags and environment go over it")
                .build());
        for (Setting setting : Setting.values()) {
            if (!fixed.containsKey(setting)) {
                spec.addOption(option(setting));
            }
        }
        return spec;
    }

    private static OptionSpec option(Setting setting) {
        String suffix = setting.defaultValue().isEmpty() ? "" : " (default: " + setting.defaultValue() + ")";
        return OptionSpec.builder(setting.flag())
                .type(String.class)
                .paramLabel("VALUE")
                .description(setting.description() + suffix)
                .build();
    }

    /** Resolves the settings as given on this command line. */
    static Settings settings(CommandSpec spec, Map<Setting, String> fixed) {
        var parsed = spec.commandLine().getParseResult();
        Map<Setting, String> flags = new EnumMap<>(Setting.class);
        for (Setting setting : Setting.values()) {
            @Nullable
            String value =
                    parsed.hasMatchedOption(setting.flag()) ? parsed.matchedOptionValue(setting.flag(), null) : null;
            if (value != null) {
                flags.put(setting, value);
            }
        }
        flags.putAll(fixed);
        @Nullable Path file = parsed.matchedOptionValue(CONFIG, null);
        return Settings.resolve(flags, System.getenv(), file);
    }

    @Override
    public Integer call() throws InterruptedException {
        if (spec == null) {
            throw new IllegalStateException("picocli sets the command's description before it runs it");
        }
        PrintStream out = System.out;
        ProcessOptions options = ProcessOptions.of(settings(spec, fixed));
        OstrakaProcess process = OstrakaProcess.start(options);
        Runtime.getRuntime().addShutdownHook(new Thread(process::close, "ostraka-shutdown"));
        StopSignals.onFirst(process::stop);
        out.println(ServerProcess.READY_LINE + process.address());
        out.flush();
        int code = process.awaitEnd();
        if (code != 0) {
            // What has failed may be what closing waits for; a process that hangs is not started again by anyone.
            ForcedEnd.after(FAILED_CLOSE, code);
        }
        return code;
    }
}
