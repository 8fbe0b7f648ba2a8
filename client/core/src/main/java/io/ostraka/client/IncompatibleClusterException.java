package io.ostraka.client;

/**
 * The other side belongs to another cluster or speaks another protocol version. Check the addresses, or upgrade the
 * older side.
 */
public final class IncompatibleClusterException extends NotAppliedException {

    private static final long serialVersionUID = 1;

    /** With a message that says what happened and what to do. */
    public IncompatibleClusterException(String message) {
        super(message);
    }
}
