package io.ostraka.raft.testkit.history;

/** A line does not tell a call; the message says which and why. */
public final class MalformedHistoryException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** With a message that says where and why. */
    public MalformedHistoryException(String message) {
        super(message);
    }
}
