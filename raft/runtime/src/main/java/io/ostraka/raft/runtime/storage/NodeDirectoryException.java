package io.ostraka.raft.runtime.storage;

/** A data directory that this node must not, or cannot, use as it is: which one, why, and what to do. */
public final class NodeDirectoryException extends Exception {

    /** Why it cannot be used. */
    public enum Reason {
        /** It belongs to another cluster. */
        OTHER_CLUSTER,
        /** A newer version of this program wrote it. */
        NEWER_FORMAT,
        /** A file in it is damaged or missing. */
        DAMAGED
    }

    private final Reason reason;

    /** Makes one. */
    public NodeDirectoryException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** Returns why the directory cannot be used. */
    public Reason reason() {
        return reason;
    }
}
