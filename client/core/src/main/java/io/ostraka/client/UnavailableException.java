package io.ostraka.client;

/**
 * Nobody who could serve the call answered before its deadline; the message says what was tried. Make the call again,
 * with a longer timeout if the cluster is slow.
 */
public final class UnavailableException extends NotAppliedException {

    private static final long serialVersionUID = 1;

    /** With a message that says what happened and what to do. */
    public UnavailableException(String message) {
        super(message);
    }
}
