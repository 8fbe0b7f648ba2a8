package io.ostraka.shardctrler.codec;

/** Bytes that should be a controller's image are none, or of a version that is not known here. */
public final class MalformedImageException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** With what is wrong. */
    public MalformedImageException(String message) {
        super(message);
    }

    /** With what is wrong and what found it. */
    public MalformedImageException(String message, Throwable cause) {
        super(message, cause);
    }
}
