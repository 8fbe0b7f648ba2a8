package io.ostraka.server.config;

import static java.util.Objects.requireNonNull;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What one server process runs with, checked. Immutable.
 *
 * @param roles the parts that run in this process
 * @param listen where it listens
 * @param advertise under which address others reach it; port 0 stands for the port that the system gave
 * @param data its data directory
 * @param controllers addresses of the controllers; empty only where the process is a controller itself
 * @param leaseReads whether linearizable reads trust the leader's lease
 * @param heartbeat interval of heartbeats
 * @param electionTimeout shortest election timeout; the longest is twice as much
 * @param shutdownGrace how long a planned stop may take to hand over what is led; zero for not at all
 * @param logSegmentBytes size of a log segment
 * @param unflushedLogBytesMax log that a restart may have to replay
 * @param storeCacheBytes memory for cached blocks
 * @param valueBytesMax largest value
 * @param digestBytesPerSecond how fast the store is read to compare it; 0: never
 * @param digestInterval how often a group compares one of its shards
 */
public record ProcessOptions(
        Set<Role> roles,
        HostPort listen,
        HostPort advertise,
        Path data,
        List<HostPort> controllers,
        boolean leaseReads,
        Duration heartbeat,
        Duration electionTimeout,
        Duration shutdownGrace,
        int logSegmentBytes,
        long unflushedLogBytesMax,
        long storeCacheBytes,
        int valueBytesMax,
        long digestBytesPerSecond,
        Duration digestInterval) {

    private static final int LARGEST_VALUE_BYTES = 8 << 20;

    /** A part of Ostraka that a process can run. */
    public enum Role {
        /** A replica of the shard controller. */
        CONTROLLER,
        /** A node that hosts replicas of groups. */
        NODE
    }

    /** Keeps a copy of the lists. */
    public ProcessOptions {
        roles = Set.copyOf(roles);
        controllers = List.copyOf(controllers);
    }

    /**
     * Checks and converts the settings.
     *
     * @throws ConfigException naming the first setting that cannot be used, and where it came from
     */
    public static ProcessOptions of(Settings settings) {
        Set<Role> roles = roles(settings);
        HostPort listen = address(settings, Setting.LISTEN);
        HostPort advertise =
                settings.get(Setting.ADVERTISE).text().isBlank() ? listen : address(settings, Setting.ADVERTISE);
        List<HostPort> controllers = addresses(settings, Setting.CONTROLLERS);
        if (controllers.isEmpty() && !roles.contains(Role.CONTROLLER)) {
            throw new ConfigException("A node needs the addresses of the controllers: set '" + Setting.CONTROLLERS.key()
                    + "' to host:port,host:port,host:port.");
        }
        return new ProcessOptions(
                roles,
                listen,
                advertise,
                directory(settings),
                controllers,
                leaseReads(settings),
                Duration.ofMillis(number(settings, Setting.HEARTBEAT_MILLIS, 1, 60_000)),
                electionTimeout(settings),
                Duration.ofMillis(number(settings, Setting.SHUTDOWN_GRACE_MILLIS, 0, 600_000)),
                (int) number(settings, Setting.LOG_SEGMENT_BYTES, 1 << 20, 1 << 30),
                number(settings, Setting.UNFLUSHED_LOG_BYTES_MAX, 1 << 20, 1L << 40),
                number(settings, Setting.STORE_CACHE_BYTES, 1 << 20, 1L << 40),
                (int) number(settings, Setting.VALUE_BYTES_MAX, 1, LARGEST_VALUE_BYTES),
                number(settings, Setting.DIGEST_BYTES_PER_SECOND, 0, 1L << 40),
                Duration.ofSeconds(number(settings, Setting.DIGEST_INTERVAL_SECONDS, 1, 31_536_000)));
    }

    private static Set<Role> roles(Settings settings) {
        Set<Role> roles = EnumSet.noneOf(Role.class);
        for (String name : list(settings, Setting.ROLES)) {
            switch (name.toLowerCase(Locale.ROOT)) {
                case "controller" -> roles.add(Role.CONTROLLER);
                case "node" -> roles.add(Role.NODE);
                default -> throw refused(settings, Setting.ROLES, "'" + name + "' is neither 'controller' nor 'node'");
            }
        }
        if (roles.isEmpty()) {
            throw refused(settings, Setting.ROLES, "no role is named");
        }
        return roles;
    }

    private static Duration electionTimeout(Settings settings) {
        long heartbeatMillis = number(settings, Setting.HEARTBEAT_MILLIS, 1, 60_000);
        long electionMillis = number(settings, Setting.ELECTION_TIMEOUT_MILLIS, 2, 600_000);
        if (electionMillis < 3 * heartbeatMillis) {
            throw refused(
                    settings,
                    Setting.ELECTION_TIMEOUT_MILLIS,
                    "it must be at least three heartbeats (" + 3 * heartbeatMillis + "), so that one lost heartbeat"
                            + " does not start an election");
        }
        return Duration.ofMillis(electionMillis);
    }

    private static boolean leaseReads(Settings settings) {
        return switch (settings.get(Setting.READ_MODE).text()) {
            case "read-index" -> false;
            case "lease" -> true;
            default -> throw refused(settings, Setting.READ_MODE, "write 'read-index' or 'lease'");
        };
    }

    private static Path directory(Settings settings) {
        String text = required(settings, Setting.DATA);
        try {
            return Path.of(text).toAbsolutePath();
        } catch (InvalidPathException e) {
            throw refused(settings, Setting.DATA, requireNonNull(e.getMessage()));
        }
    }

    private static HostPort address(Settings settings, Setting setting) {
        return parse(settings, setting, required(settings, setting));
    }

    private static List<HostPort> addresses(Settings settings, Setting setting) {
        return list(settings, setting).stream()
                .map(text -> parse(settings, setting, text))
                .toList();
    }

    private static HostPort parse(Settings settings, Setting setting, String text) {
        return HostPort.parse(text)
                .orElseThrow(
                        () -> refused(settings, setting, "'" + text + "' is not host:port with a port of 0 to 65535"));
    }

    private static List<String> list(Settings settings, Setting setting) {
        return Arrays.stream(settings.get(setting).text().split(",", -1))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .toList();
    }

    private static String required(Settings settings, Setting setting) {
        String text = settings.get(setting).text().strip();
        if (text.isEmpty()) {
            throw new ConfigException("'" + setting.key() + "' is not set: give " + setting.flag() + ", "
                    + setting.environmentVariable() + ", or the key in the configuration file ("
                    + setting.description() + ").");
        }
        return text;
    }

    private static long number(Settings settings, Setting setting, long min, long max) {
        String text = settings.get(setting).text().strip();
        try {
            long number = Long.parseLong(text);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw refused(settings, setting, "'" + text + "' is not a whole number");
        }
        throw refused(settings, setting, text + " is not within " + min + " to " + max);
    }

    private static ConfigException refused(Settings settings, Setting setting, String reason) {
        return new ConfigException(
                "'" + setting.key() + "' (from " + settings.get(setting).origin() + "): " + reason + ".");
    }
}
