package io.ostraka.raft.core.input;

/** Which budget a proposal is charged to. */
public enum Budget {
    /** What clients ask for; refused first when too much is uncommitted or unapplied. */
    CLIENT,
    /**
     * What nobody waits for, such as the copy of a shard; refused as early. Hosts propose it behind what clients ask
     * for.
     */
    BACKGROUND,
    /** What keeps the protocols going; may use the reserve. */
    PROTOCOL
}
