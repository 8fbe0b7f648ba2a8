package io.ostraka.server;

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

    @Spec
    private @Nullable CommandSpec spec;

    /**
     * Runs one command and exits with its code.
     *
     * @param args the command and its options
     */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main());
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
