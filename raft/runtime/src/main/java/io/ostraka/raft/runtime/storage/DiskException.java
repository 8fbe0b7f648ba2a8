package io.ostraka.raft.runtime.storage;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A file operation that failed: what failed, and what can be done about it. */
public final class DiskException extends IOException {

    /** Why it failed. */
    public enum Reason {
        /** No space, or no quota, is left. */
        FULL("free space on that disk, then start the node again"),
        /** The process may not read or write there. */
        NOT_PERMITTED("let the user that runs the node read and write that directory"),
        /** Another process uses the directory. */
        LOCKED("stop the other process, or give this node a directory of its own"),
        /** A directory cannot be made there, or something else is there already. */
        NO_PLACE("name one whose parent exists and which is a directory itself, if it exists"),
        /** The file does not exist. */
        MISSING("restore the file, or replace this node's replicas from their peers"),
        /** A file is whole, and says something that this version does not know. */
        NOT_UNDERSTOOD("start the version of Ostraka that wrote it, or replace this node's replicas from their peers"),
        /** The device or file system reported an error. */
        DEVICE("look at the system's log for the disk's errors; if it is failing, replace the node");

        private final String advice;

        Reason(String advice) {
            this.advice = advice;
        }
    }

    private final Reason reason;

    /**
     * Makes one.
     *
     * @param reason why it failed
     * @param what the operation and file, such as "cannot write /data/log/0001.segment"
     */
    public DiskException(Reason reason, String what, @Nullable Throwable cause) {
        super(what + ": " + reason.advice, cause);
        this.reason = reason;
    }

    /** Whether a failed file operation is what led to {@code failure}. */
    public static boolean isBehind(Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof DiskException) {
                return true;
            }
        }
        return false;
    }

    /** Returns why it failed. */
    public Reason reason() {
        return reason;
    }
}
