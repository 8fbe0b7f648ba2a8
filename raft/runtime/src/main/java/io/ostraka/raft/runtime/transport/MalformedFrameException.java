package io.ostraka.raft.runtime.transport;

/** A frame holds something that no node of this version writes; the session that brought it ends. */
public final class MalformedFrameException extends Exception {

    private static final long serialVersionUID = 1;

    /** Says what is wrong with it. */
    public MalformedFrameException(String message) {
        super(message);
    }
}
