package io.ostraka.raft.core.input;

/** Which budget a proposal is charged to. */
public enum Budget {
    /** What clients ask for; refused first when too much is uncommitted or unapplied. */
    CLIENT,
    /** What keeps the protocols going; may use the reserve. */
    PROTOCOL
}
