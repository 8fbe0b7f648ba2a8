package io.ostraka.server.config;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Every setting of a server process. One entry defines the key of the configuration file, the flag ({@code --key}) and
 * the environment variable ({@code OSTRAKA_KEY}), so that the three cannot drift apart.
 */
public enum Setting {
    /** Which parts this process runs. */
    ROLES("roles", "node", "controller, node, or both, separated by a comma"),
    /** Where the process listens. */
    LISTEN("listen", "", "host:port that the process listens on; port 0 takes a free one"),
    /** Address under which others reach the process. */
    ADVERTISE("advertise", "", "host:port under which others reach this process; by default what it listens on"),
    /** The data directory. */
    DATA("data", "", "data directory; belongs to this process alone"),
    /** Addresses of the controllers. */
    CONTROLLERS("controllers", "", "addresses of the controllers, host:port separated by commas"),
    /** How linearizable reads prove leadership. */
    READ_MODE("read-mode", "read-index", "read-index (a quorum round), or lease (trusts bounded clock drift)"),
    /** Interval of heartbeats. */
    HEARTBEAT_MILLIS("heartbeat-millis", "100", "interval of heartbeats in milliseconds"),
    /** Shortest election timeout; the longest is twice as much. */
    ELECTION_TIMEOUT_MILLIS(
            "election-timeout-millis", "1000", "shortest election timeout in milliseconds; drawn up to twice as long"),
    /** How long a planned stop may take to hand over what is led here. */
    SHUTDOWN_GRACE_MILLIS(
            "shutdown-grace-millis",
            "10000",
            "at SIGTERM, the longest time to hand leadership over and answer clients in; 0 stops at once"),
    /** Size of one segment of the shared log. */
    LOG_SEGMENT_BYTES("log-segment-bytes", "67108864", "size of a segment of the log in bytes"),
    /** Log that may be on disk without being flushed into the store. */
    UNFLUSHED_LOG_BYTES_MAX(
            "unflushed-log-bytes-max",
            "67108864",
            "log bytes that a restart may have to replay before the store is flushed"),
    /** Memory for cached blocks of the store. */
    STORE_CACHE_BYTES("store-cache-bytes", "67108864", "memory for cached blocks of the store in bytes"),
    /** Largest value. */
    VALUE_BYTES_MAX("value-bytes-max", "1048576", "largest value in bytes, up to 8388608; the same on all nodes"),
    /** How fast a node reads its store to compare it with its peers'. */
    DIGEST_BYTES_PER_SECOND(
            "digest-bytes-per-second",
            "4194304",
            "how fast the store is read to compare it with those of the peers; 0 never does"),
    /** How often a group compares one of its shards. */
    DIGEST_INTERVAL_SECONDS(
            "digest-interval-seconds", "60", "how often the replicas of a group compare what they hold of a shard");

    private final String key;
    private final String defaultValue;
    private final String description;

    Setting(String key, String defaultValue, String description) {
        this.key = key;
        this.defaultValue = defaultValue;
        this.description = description;
    }

    /** The key in a configuration file. */
    public String key() {
        return key;
    }

    /** The flag on the command line. */
    public String flag() {
        return "--" + key;
    }

    /** The name of the environment variable. */
    public String environmentVariable() {
        return "OSTRAKA_" + key.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    /** What the setting is when nobody says anything; empty where there is no default. */
    public String defaultValue() {
        return defaultValue;
    }

    /** One line for help texts. */
    public String description() {
        return description;
    }

    /** The setting with this key in a configuration file, if there is one. */
    public static Optional<Setting> ofKey(String key) {
        return Arrays.stream(values())
                .filter(setting -> setting.key.equals(key))
                .findFirst();
    }
}
