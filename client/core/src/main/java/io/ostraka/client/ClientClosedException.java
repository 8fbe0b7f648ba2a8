package io.ostraka.client;

/** The client had been closed when the call was made. */
public final class ClientClosedException extends NotAppliedException {

    private static final long serialVersionUID = 1;

    /** With a message that says what happened and what to do. */
    public ClientClosedException(String message) {
        super(message);
    }
}
