package io.ostraka.proto;

/**
 * What a version of Ostraka writes into logs that an older one does not understand. A node reports the newest level
 * that it knows when it registers, a controller when it is asked; the configuration carries the level that all of them
 * know, and who proposes asks {@link #isKnownAt} before it writes something new. So while nodes are replaced by newer
 * ones, nothing reaches a log that one of its replicas cannot apply.
 */
public enum Feature {
    /** Shards that go on at an epoch which the controller names, and groups whose identity is retired. */
    RECOVERY(2),
    /** Controllers that were restored from a backup, and ask nodes and groups what became of the cluster since. */
    RESTORE(3);

    /** The level of the first version: what every node knows. */
    public static final int BASE_LEVEL = 1;

    /** The level of this version: that of its newest feature. */
    public static final int NEWEST_LEVEL = newest();

    private final int level;

    Feature(int level) {
        this.level = level;
    }

    /** The lowest level at which every node knows it. */
    public int level() {
        return level;
    }

    /** Whether it may be written where {@code commonLevel} is what all nodes know. */
    public boolean isKnownAt(int commonLevel) {
        return commonLevel >= level;
    }

    private static int newest() {
        int newest = BASE_LEVEL;
        for (Feature feature : values()) {
            newest = Math.max(newest, feature.level);
        }
        return newest;
    }
}
