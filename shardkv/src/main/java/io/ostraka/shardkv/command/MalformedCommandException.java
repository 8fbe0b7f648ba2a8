package io.ostraka.shardkv.command;

/** Bytes that are no command that this version knows; apply answers them with a result and changes nothing. */
public final class MalformedCommandException extends Exception {

    private static final long serialVersionUID = 1;

    private final String reason;

    /** Says what is wrong with the bytes. */
    public MalformedCommandException(String reason) {
        super(reason, null, false, false);
        this.reason = reason;
    }

    /** What is wrong with the bytes. */
    public String reason() {
        return reason;
    }
}
