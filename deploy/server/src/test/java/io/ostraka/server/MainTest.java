package io.ostraka.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class MainTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final CommandLine ostraka = Main.commandLine(io.ostraka.cli.Console.system())
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err));

    @Test
    void versionGoesToStandardOutput() {
        assertThat(ostraka.execute("--version")).isZero();
        assertThat(out.toString()).startsWith("ostraka ");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void settingsOfAServerArePrintedForPeopleAndForPrograms() {
        assertThat(ostraka.execute("config", "print", "--listen", "127.0.0.1:7001"))
                .isZero();
        assertThat(out.toString()).containsPattern("listen +127.0.0.1:7001 +flag");

        out.getBuffer().setLength(0);
        assertThat(ostraka.execute("config", "print", "--listen", "127.0.0.1:7001", "-o", "json"))
                .isZero();
        assertThat(out.toString()).startsWith("{").contains("\"listen\":{\"value\":\"127.0.0.1:7001\",\"from\":\"flag");
        assertThat(ostraka.execute("config", "print", "-o", "yaml")).isEqualTo(2);
    }

    @Test
    void aProgramThatIsToRunOneCommandDescribesNoOther() {
        CommandLine get = Main.commandLine(io.ostraka.cli.Console.system(), "get", "key");
        assertThat(get.getSubcommands().keySet()).containsExactly("get");

        CommandLine init = Main.commandLine(io.ostraka.cli.Console.system(), "controller", "init");
        assertThat(init.getSubcommands().keySet()).containsExactly("controller");
        assertThat(init.getSubcommands().values())
                .singleElement()
                .satisfies(controller -> assertThat(controller.getSubcommands().keySet())
                        .containsExactly("format", "init", "backup", "resume"));
    }

    @Test
    void helpCompletionAndMistakesNeedAllCommands() {
        for (String first : new String[] {"--help", "completion", "gett"}) {
            assertThat(Main.commandLine(io.ostraka.cli.Console.system(), first)
                            .getSubcommands()
                            .keySet())
                    .contains("get", "dev", "status", "completion");
        }
    }

    @Test
    void missingAndUnknownCommandsAreUsageErrorsOnStandardError() {
        assertThat(ostraka.execute()).isEqualTo(2);
        assertThat(ostraka.execute("frobnicate")).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).contains("a command is missing").contains("frobnicate");
    }
}
