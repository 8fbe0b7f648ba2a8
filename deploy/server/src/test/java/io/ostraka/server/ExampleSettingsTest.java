package io.ostraka.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.server.config.ProcessOptions;
import io.ostraka.server.config.Setting;
import io.ostraka.server.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds the file of settings that the tarball brings to the settings that there are. */
final class ExampleSettingsTest {

    private static final Pattern KEY = Pattern.compile("(?m)^#?([a-z-]+):");
    private static final Pattern COMMENTED_OUT = Pattern.compile("(?m)^#([a-z-]+: )");

    private final Path example = Checkout.root().resolve("deploy/server/src/main/tarball/conf/ostraka.yaml");

    @Test
    void everySettingStandsInTheExampleOnceAndInTheOrderOfTheReference() throws IOException {
        List<String> keys = KEY.matcher(Files.readString(example))
                .results()
                .map(match -> match.group(1))
                .toList();

        assertThat(keys)
                .containsExactlyElementsOf(
                        Arrays.stream(Setting.values()).map(Setting::key).toList());
    }

    @Test
    void exampleIsOneThatAServerTakesAsItIs() {
        ProcessOptions options = ProcessOptions.of(Settings.resolve(Map.of(), Map.of(), example));

        assertThat(options.roles()).containsExactly(ProcessOptions.Role.NODE);
        assertThat(options.controllers()).hasSize(3);
    }

    @Test
    void whatIsCommentedOutIsTheDefault(@TempDir Path directory) throws IOException {
        Matcher commented = COMMENTED_OUT.matcher(Files.readString(example));
        Path all = Files.writeString(directory.resolve("all.yaml"), commented.replaceAll("$1"));
        Settings given = Settings.resolve(Map.of(), Map.of(), example);
        Settings written = Settings.resolve(Map.of(), Map.of(), all);

        assertThat(Setting.values()).allSatisfy(setting -> {
            assertThat(written.get(setting).origin()).startsWith("file ");
            assertThat(written.get(setting).text()).isEqualTo(given.get(setting).text());
        });
    }
}
