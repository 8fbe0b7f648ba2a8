package io.ostraka.proto;

/**
 * The bounds that clients and servers share (DESIGN section 10). Whatever is over one of them is refused with a clear
 * error before it touches a log, and once more, deterministically, when it is applied.
 */
public final class Limits {

    /** Longest key, in bytes. */
    public static final int KEY_BYTES_MAX = 4_096;

    /** Largest value of a cluster that is not configured otherwise, in bytes. */
    public static final int VALUE_BYTES_MAX_DEFAULT = 1 << 20;

    /** Largest value that a cluster can be configured to take, in bytes. */
    public static final int VALUE_BYTES_MAX_CEILING = 8 << 20;

    /** Longest time to live of a key, in milliseconds: about 1,000 years, so that no sum of times overflows. */
    public static final long TTL_MILLIS_MAX = 1_000L * 366 * 24 * 3_600 * 1_000;

    /** Largest atomic batch, all its keys and values together, in bytes. */
    public static final int BATCH_BYTES_MAX = 4 << 20;

    /** Most changes in one atomic batch. */
    public static final int BATCH_ITEMS_MAX = 4_096;

    /** Number of shards of a cluster that is initialised without one being named. */
    public static final int SHARDS_DEFAULT = 256;

    /** Largest number of shards. */
    public static final int SHARDS_MAX = 16_384;

    /**
     * Width of a session's window: a write's number and the lowest unanswered number that it carries differ by less
     * than this. The server keeps one result a shard, session and number modulo this width.
     */
    public static final int SESSION_WINDOW = 1_024;

    /** How far ahead of shard time a write's T0 may be, in milliseconds, before it is refused. */
    public static final long T0_AHEAD_MILLIS_MAX = 60_000;

    /** How long a result of a write is remembered, in milliseconds of shard time, unless configured otherwise. */
    public static final long SESSION_TTL_MILLIS_DEFAULT = 3_600_000;

    /** How far the floor of a full session table stays behind shard time, in milliseconds. */
    public static final long SESSION_FLOOR_LAG_MILLIS = 10_000;

    /** Highest id of a replica of a group; those of controllers are above. */
    public static final long GROUP_REPLICA_ID_MAX = (1L << 62) - 1;

    /** Largest chunk of a shard's hand-over or of a snapshot, in bytes. */
    public static final int CHUNK_BYTES_MAX = 256 << 10;

    /** Largest message that any service accepts, in bytes: the largest value or batch, and what surrounds it. */
    public static final int MESSAGE_BYTES_MAX = VALUE_BYTES_MAX_CEILING + (1 << 20);

    private Limits() {}

    /** Whether a key of this many bytes is neither empty nor too long. */
    public static boolean isKeySize(int bytes) {
        return bytes >= 1 && bytes <= KEY_BYTES_MAX;
    }
}
