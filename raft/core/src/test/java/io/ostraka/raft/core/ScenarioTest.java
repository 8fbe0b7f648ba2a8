package io.ostraka.raft.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Plays the scripts in {@code src/test/resources/scenarios}: lines after {@code >} are commands of {@link ScenarioLab},
 * the lines below each are what it must cause. {@code -Dscenario.rewrite=true} writes what it does cause, to be read
 * before it is kept.
 */
final class ScenarioTest {

    private static final Path SCENARIOS = Path.of("src/test/resources/scenarios");

    static Stream<Path> scenarios() throws IOException {
        try (Stream<Path> files = Files.list(SCENARIOS)) {
            return files.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void scenarioGoesAsWritten(Path file) throws IOException {
        List<String> written = Files.readAllLines(file);

        List<String> played = play(written);

        if (Boolean.getBoolean("scenario.rewrite")) {
            Files.write(file, played);
        } else {
            assertThat(String.join("\n", played)).isEqualTo(String.join("\n", written));
        }
    }

    private static List<String> play(List<String> lines) {
        ScenarioLab lab = new ScenarioLab();
        List<String> played = new ArrayList<>();
        for (String line : lines) {
            if (line.startsWith(">")) {
                played.add(line);
                played.addAll(lab.run(line.substring(1)));
            } else if (line.startsWith("#") || line.isBlank()) {
                played.add(line);
            }
        }
        return played;
    }
}
