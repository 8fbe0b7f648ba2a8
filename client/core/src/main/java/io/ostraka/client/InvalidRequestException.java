package io.ostraka.client;

/** The call breaks a rule, such as a limit on size, and would fail however often it is made. Change the request. */
public final class InvalidRequestException extends NotAppliedException {

    private static final long serialVersionUID = 1;

    /** With a message that says what happened and what to do. */
    public InvalidRequestException(String message) {
        super(message);
    }
}
