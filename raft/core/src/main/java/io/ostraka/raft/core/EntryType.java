package io.ostraka.raft.core;

/** What an entry is for. */
public enum EntryType {
    /** Opens a leader's term; changes nothing but the applied index. */
    NO_OP,
    /** A command of the state machine; its payload may be empty. */
    COMMAND,
    /** A change of membership. Its place is kept: no entry of this type is proposed yet. */
    MEMBERSHIP
}
