package io.ostraka.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {

    @TempDir
    private Path directory;

    @Test
    void flagsOverEnvironmentOverFileOverDefaults() throws IOException {
        // Given
        Path file = write("heartbeat-millis: 50\nread-mode: lease\nlisten: 127.0.0.1:1\n");
        Map<String, String> environment =
                Map.of("OSTRAKA_LISTEN", "127.0.0.1:2", "OSTRAKA_READ_MODE", "read-index", "OSTRAKA_TIMEOUT", "5s");
        // When
        Settings settings = Settings.resolve(Map.of(Setting.LISTEN, "127.0.0.1:3"), environment, file);
        // Then
        assertThat(settings.get(Setting.LISTEN)).isEqualTo(new Settings.Value("127.0.0.1:3", "flag --listen"));
        assertThat(settings.get(Setting.READ_MODE))
                .isEqualTo(new Settings.Value("read-index", "environment OSTRAKA_READ_MODE"));
        assertThat(settings.get(Setting.HEARTBEAT_MILLIS)).isEqualTo(new Settings.Value("50", "file " + file));
        assertThat(settings.get(Setting.ELECTION_TIMEOUT_MILLIS)).isEqualTo(new Settings.Value("1000", "default"));
    }

    @Test
    void unknownKeyIsRefusedWithTheKnownOnes() throws IOException {
        Path file = write("listen: 127.0.0.1:1\nheartbeet-millis: 50\n");

        assertThatThrownBy(() -> Settings.resolve(Map.of(), Map.of(), file))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("unknown key 'heartbeet-millis'")
                .hasMessageContaining("heartbeat-millis");
    }

    @Test
    void fileThatIsNoMapIsRefused() throws IOException {
        Path file = write("- a\n- b\n");

        assertThatThrownBy(() -> Settings.resolve(Map.of(), Map.of(), file))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("expected lines of 'key: value'");
    }

    @Test
    void malformedYamlAndMissingFileAreRefused() throws IOException {
        Path malformed = write("listen: [1\n");
        Path missing = directory.resolve("missing.yaml");

        assertThatThrownBy(() -> Settings.resolve(Map.of(), Map.of(), malformed))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("not valid YAML");
        assertThatThrownBy(() -> Settings.resolve(Map.of(), Map.of(), missing))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("cannot read");
    }

    @Test
    void listsMayBeWrittenAsLists() throws IOException {
        Path file = write("listen: 127.0.0.1:1\ndata: d\ncontrollers:\n  - a:1\n  - b:2\n");

        ProcessOptions options = ProcessOptions.of(Settings.resolve(Map.of(), Map.of(), file));

        assertThat(options.controllers()).isEqualTo(List.of(new HostPort("a", 1), new HostPort("b", 2)));
        assertThat(options.advertise()).isEqualTo(new HostPort("127.0.0.1", 1));
    }

    @Test
    void everyUnusableValueNamesTheSettingAndItsOrigin() {
        assertRefused(Map.of(Setting.LISTEN, "nowhere"), "'listen' (from flag --listen): 'nowhere' is not host:port");
        assertRefused(Map.of(Setting.ROLES, "boss"), "'boss' is neither");
        assertRefused(Map.of(Setting.CONTROLLERS, ""), "needs the addresses of the controllers");
        assertRefused(Map.of(Setting.READ_MODE, "fast"), "'read-index' or 'lease'");
        assertRefused(Map.of(Setting.HEARTBEAT_MILLIS, "x"), "not a whole number");
        assertRefused(Map.of(Setting.ELECTION_TIMEOUT_MILLIS, "200"), "at least three heartbeats");
        assertRefused(Map.of(Setting.VALUE_BYTES_MAX, "9000000"), "not within");
        assertRefused(Map.of(Setting.DATA, " "), "'data' is not set");
    }

    private static void assertRefused(Map<Setting, String> change, String message) {
        Map<Setting, String> flags = new java.util.EnumMap<>(
                Map.of(Setting.LISTEN, "127.0.0.1:0", Setting.DATA, "data", Setting.CONTROLLERS, "127.0.0.1:1"));
        flags.putAll(change);
        assertThatThrownBy(() -> ProcessOptions.of(Settings.resolve(flags, Map.of(), null)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(message);
    }

    private Path write(String text) throws IOException {
        return Files.writeString(directory.resolve("node.yaml"), text);
    }
}
