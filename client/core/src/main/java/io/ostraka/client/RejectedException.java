package io.ostraka.client;

/** The controller refused a change of the configuration; the message says why. */
public final class RejectedException extends NotAppliedException {

    private static final long serialVersionUID = 1;

    /** With a message that says what happened and what to do. */
    public RejectedException(String message) {
        super(message);
    }
}
