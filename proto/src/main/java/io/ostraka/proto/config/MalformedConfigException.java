package io.ostraka.proto.config;

/**
 * A configuration, or a change of one, came over the wire in a form that no controller writes. Discard it and ask
 * another controller.
 */
public final class MalformedConfigException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** With what is wrong. */
    public MalformedConfigException(String message) {
        super(message);
    }

    /** With what is wrong and what found it. */
    public MalformedConfigException(String message, Throwable cause) {
        super(message, cause);
    }
}
