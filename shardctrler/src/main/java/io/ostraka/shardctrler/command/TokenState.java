package io.ostraka.shardctrler.command;

/** State of a shard in a group's own log (DESIGN section 5). */
public enum TokenState {
    /** The group has nothing of the shard. */
    ABSENT,
    /** The group holds the token. */
    SERVING,
    /** The group holds the token and copies the shard to a successor. */
    EXPORTING,
    /** The group has given the token to a successor and keeps its copy until that is active. */
    FROZEN,
    /** The group receives the shard and does not hold the token yet. */
    IMPORTING,
    /** The group's identity is retired: it never serves again, whatever it still has of the shard. */
    RETIRED;

    /** Whether a group in this state holds the token. */
    public boolean holdsToken() {
        return this == SERVING || this == EXPORTING;
    }
}
