package io.ostraka.proto.config;

/**
 * Numbers of maps that were, or may have been, made after a backup was taken and before the controllers were restored
 * from it. The controllers know nothing of them, so a group that joined in one of them may live although the
 * configuration does not have it.
 *
 * @param after number of the backup's map
 * @param before number of the first map after the restore
 */
public record LostMaps(long after, long before) {

    /**
     * The maps that follow a restore have this number at least: they go on from the time in seconds. No cluster counts
     * so far by itself, so the number of a map tells whether its controllers were ever restored.
     */
    public static final long FIRST_AFTER_RESTORE = 1_000_000_000L;

    /** Refuses an empty span with {@link IllegalArgumentException}. */
    public LostMaps {
        if (after < 0 || before <= after) {
            throw new IllegalArgumentException("no map is after " + after + " and before " + before);
        }
    }

    /** Whether the map with this number may have been lost. */
    public boolean contains(long num) {
        return num > after && num < before;
    }
}
