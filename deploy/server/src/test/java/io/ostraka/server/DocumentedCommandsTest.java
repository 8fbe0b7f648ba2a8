package io.ostraka.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.ostraka.cli.Console;
import io.ostraka.server.config.ProcessOptions;
import io.ostraka.server.config.Setting;
import io.ostraka.server.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** D24: documents that name commands and settings which do not exist. */
final class DocumentedCommandsTest {

    private static final List<String> DOCUMENTS =
            List.of("README.md", "CONTRIBUTING.md", "docs/operating.md", "docs/reference.md");
    private static final String PROGRAM = "./ostraka ";
    private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");
    private static final Pattern YAML = Pattern.compile("(?s)\\n```yaml\\n(.*?)\\n```\\n");

    @Test
    void everyDocumentedCommandIsOneThatTheProgramTakes() throws IOException {
        List<List<String>> commands = new ArrayList<>();
        for (String document : DOCUMENTS) {
            Files.readString(Checkout.root().resolve(document))
                    .lines()
                    .filter(line -> !line.contains("`" + PROGRAM))
                    .map(DocumentedCommandsTest::command)
                    .filter(words -> !words.isEmpty())
                    .forEach(commands::add);
        }

        assertThat(commands)
                .hasSizeGreaterThan(20)
                .allSatisfy(words -> assertThatCode(
                                () -> Main.commandLine(Console.system()).parseArgs(words.toArray(String[]::new)))
                        .doesNotThrowAnyException());
    }

    @Test
    void everyDocumentedConfigurationFileIsOneThatAServerTakes(@TempDir Path directory) throws IOException {
        List<String> files = YAML.matcher(Files.readString(Checkout.root().resolve("README.md")))
                .results()
                .map(match -> match.group(1))
                .toList();

        assertThat(files).hasSize(2);
        for (String yaml : files) {
            Path file = Files.writeString(directory.resolve("documented.yaml"), yaml);
            String roles = yaml.contains("controllers:") ? "node" : "controller";
            Settings settings = Settings.resolve(Map.of(), Map.of("OSTRAKA_ROLES", roles), file);
            assertThat(ProcessOptions.of(settings).data()).isAbsolute();
        }
    }

    @Test
    void everySettingAndEveryCommandIsInTheReference() throws IOException {
        String reference = Files.readString(Checkout.root().resolve("docs/reference.md"));
        String commands = reference.substring(0, reference.indexOf("## Exit codes"));

        assertThat(Setting.values())
                .allSatisfy(setting -> assertThat(reference).containsPattern("(?m)^\\| `" + setting.key() + "` \\|"));
        assertThat(Main.commandLine(Console.system()).getSubcommands().keySet())
                .allSatisfy(command -> assertThat(commands).containsPattern("`" + command + "[ `]"));
    }

    /** The words after the program's name on a line of a document; none if it calls something else. */
    private static List<String> command(String line) {
        int start = line.indexOf(PROGRAM);
        List<String> words = new ArrayList<>();
        if (start >= 0) {
            Matcher word = WORD.matcher(line.substring(start + PROGRAM.length()));
            while (word.find() && !word.group().startsWith("#")) {
                words.add(word.group(1) == null ? word.group(2) : word.group(1));
            }
        }
        return words;
    }
}
