package io.ostraka.cli;

import io.ostraka.client.OstrakaAdmin;
import io.ostraka.client.admin.ProcessStatus;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Asks one process how it is, for the probes of whatever runs it. That it answers is what a restart could mend; that it
 * serves may need its peers.
 */
@Command(
        name = "health",
        description = {
            "Ask one process whether it answers; with --serving, whether all that it runs is at work.",
            "Exit code 0: yes; 1: it answers, but does not serve; 3: it does not answer."
        })
final class HealthCommand extends ClientCommand {

    /** Where a server is told to listen; in its container a probe finds it by this. */
    static final String LISTEN_VARIABLE = "OSTRAKA_LISTEN";

    private static final String DEFAULT_ADDRESS = "127.0.0.1:7100";
    private static final Map<String, String> WILDCARDS = Map.of("0.0.0.0", "127.0.0.1", "[::]", "[::1]");

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "HOST:PORT",
            description = "Whom to ask; else where $OSTRAKA_LISTEN says, on this machine; else 127.0.0.1:7100.")
    private String address = "";

    @Option(
            names = "--serving",
            description = "Also fail if a controller has no leader or no cluster, a node has heard of no controller,"
                    + " or one of its replicas has trouble or no leader.")
    private boolean serving;

    HealthCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        try (OstrakaAdmin admin = cluster.admin(console)) {
            ProcessStatus status = admin.statusOf(address.isEmpty() ? listening() : address);
            List<String> troubles = status.troubles();
            print(json(status, troubles), words(status, troubles));
            return serving && !troubles.isEmpty() ? ExitCode.FAILURE : ExitCode.OK;
        }
    }

    private String listening() {
        String listen = console.environment().getOrDefault(LISTEN_VARIABLE, "").strip();
        int colon = listen.lastIndexOf(':');
        if (colon < 0) {
            return DEFAULT_ADDRESS;
        }
        String host = listen.substring(0, colon);
        return WILDCARDS.getOrDefault(host, host) + listen.substring(colon);
    }

    private static String words(ProcessStatus status, List<String> troubles) {
        return status.address() + (troubles.isEmpty() ? " serves" : " answers; " + String.join("; ", troubles));
    }

    private static Json json(ProcessStatus status, List<String> troubles) {
        return Json.Obj.empty()
                .with("address", status.address())
                .with("controller", status.controller().isPresent())
                .with("node", status.node().isPresent())
                .with("serving", troubles.isEmpty())
                .with(
                        "troubles",
                        new Json.Arr(troubles.stream().map(Json.Str::new).toList()));
    }
}
