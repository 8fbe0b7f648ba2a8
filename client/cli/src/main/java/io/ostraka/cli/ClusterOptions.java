package io.ostraka.cli;

import io.ostraka.client.OstrakaAdmin;
import io.ostraka.client.OstrakaClient;
import java.time.Duration;
import java.util.Locale;
import picocli.CommandLine.Option;

/** The options of every command that talks to a cluster. */
final class ClusterOptions {

    /** Where the {@code dev} cluster's controllers listen. */
    static final String DEFAULT_CONTROLLERS = "127.0.0.1:7100,127.0.0.1:7101,127.0.0.1:7102";

    /** Environment variable that names the controllers. */
    static final String CONTROLLERS_VARIABLE = "OSTRAKA_CONTROLLERS";

    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);

    /** How results are printed. */
    enum Output {
        TABLE,
        JSON;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A value and where it came from. */
    record Setting(String value, String origin) {}

    @Option(
            names = "--controllers",
            paramLabel = "HOST:PORT,...",
            description = "Controllers of the cluster; else $OSTRAKA_CONTROLLERS; else those of ./ostraka dev.")
    private String controllers = "";

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            description = "How long to try, such as 500ms, 5s or 1m (default: 5s).")
    private Duration timeout = DEFAULT_TIMEOUT;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table or json (default: table).")
    private Output output = Output.TABLE;

    boolean json() {
        return output == Output.JSON;
    }

    Duration timeout() {
        return timeout;
    }

    String timeoutOrigin() {
        return timeout.equals(DEFAULT_TIMEOUT) ? "default" : "flag --timeout";
    }

    Setting controllers(Console console) {
        if (!controllers.isEmpty()) {
            return new Setting(controllers, "flag --controllers");
        }
        String variable = console.environment().getOrDefault(CONTROLLERS_VARIABLE, "");
        return variable.isEmpty()
                ? new Setting(DEFAULT_CONTROLLERS, "default")
                : new Setting(variable, "environment " + CONTROLLERS_VARIABLE);
    }

    OstrakaClient.Builder client(Console console) {
        return OstrakaClient.builder().controllers(controllers(console).value()).timeout(timeout);
    }

    OstrakaAdmin admin(Console console) {
        return OstrakaAdmin.builder()
                .controllers(controllers(console).value())
                .timeout(timeout)
                .build();
    }
}
