package io.ostraka.server.config;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/** The value of every setting and where it came from: flags over environment over file over defaults. Immutable. */
public final class Settings {

    /** One value and its origin, for example {@code file conf/node.yaml}. */
    public record Value(String text, String origin) {}

    private final Map<Setting, Value> values;

    private Settings(Map<Setting, Value> values) {
        this.values = values;
    }

    /**
     * Resolves all settings.
     *
     * @param flags what the command line gave
     * @param environment the process's environment; names that start with OSTRAKA_ and mean no setting are left alone,
     *     since the client's own variables share the prefix
     * @param file a YAML file of keys and values, or null
     * @throws ConfigException if the file cannot be read or has an unknown key
     */
    public static Settings resolve(Map<Setting, String> flags, Map<String, String> environment, @Nullable Path file) {
        Map<Setting, Value> values = new EnumMap<>(Setting.class);
        for (Setting setting : Setting.values()) {
            values.put(setting, new Value(setting.defaultValue(), "default"));
        }
        if (file != null) {
            read(file).forEach((setting, text) -> values.put(setting, new Value(text, "file " + file)));
        }
        for (Setting setting : Setting.values()) {
            @Nullable String text = environment.get(setting.environmentVariable());
            if (text != null) {
                values.put(setting, new Value(text, "environment " + setting.environmentVariable()));
            }
        }
        flags.forEach((setting, text) -> values.put(setting, new Value(text, "flag " + setting.flag())));
        return new Settings(values);
    }

    /** The value of a setting and where it came from. */
    public Value get(Setting setting) {
        @Nullable Value value = values.get(setting);
        if (value == null) {
            throw new IllegalStateException("every setting has a value: " + setting);
        }
        return value;
    }

    private static Map<Setting, String> read(Path file) {
        Map<Setting, String> settings = new EnumMap<>(Setting.class);
        for (Map.Entry<?, ?> entry : parse(file).entrySet()) {
            String key = String.valueOf(entry.getKey());
            Setting setting = Setting.ofKey(key)
                    .orElseThrow(() -> new ConfigException(
                            file + ": unknown key '" + key + "'. Known keys: " + knownKeys() + "."));
            settings.put(setting, text(file, key, entry.getValue()));
        }
        return settings;
    }

    private static Map<?, ?> parse(Path file) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            Yaml yaml = new Yaml(new SafeConstructor(options));
            // The type parameter of load() is the caller's guess; what is not a map is refused below.
            Iterable<?> documents = yaml.loadAll(reader);
            var iterator = documents.iterator();
            if (!iterator.hasNext()) {
                return Map.of();
            }
            if (iterator.next() instanceof Map<?, ?> map) {
                return map;
            }
            throw new ConfigException(file + ": expected lines of 'key: value'. Known keys: " + knownKeys() + ".");
        } catch (NoSuchFileException e) {
            throw new ConfigException("cannot read the configuration file " + file + ": there is no such file", e);
        } catch (IOException e) {
            throw new ConfigException("cannot read the configuration file " + file + ": " + e.getMessage(), e);
        } catch (YAMLException e) {
            throw new ConfigException(file + " is not valid YAML: " + e.getMessage(), e);
        }
    }

    private static String text(Path file, String key, @Nullable Object value) {
        return switch (value) {
            case null -> "";
            case String text -> text;
            case Number number -> number.toString();
            case Boolean bool -> bool.toString();
            case Collection<?> list -> list.stream().map(String::valueOf).collect(Collectors.joining(","));
            default -> throw new ConfigException(file + ": '" + key + "' takes one value or a list, not a map.");
        };
    }

    private static String knownKeys() {
        return Arrays.stream(Setting.values()).map(Setting::key).collect(Collectors.joining(", "));
    }
}
