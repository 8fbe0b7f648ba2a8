package io.ostraka.raft.runtime.statemachine;

/** A snapshot that arrived cannot be installed; the sender starts again from a new one. */
public final class InvalidSnapshotException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** Says what is wrong with the snapshot. */
    public InvalidSnapshotException(String message) {
        super(message);
    }
}
