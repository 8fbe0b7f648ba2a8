package io.ostraka.client;

/** Somebody asked what became of this write before it ran, which cancelled it. */
public final class CancelledRequestException extends NotAppliedException {

    private static final long serialVersionUID = 1;

    /** With a message that says what happened and what to do. */
    public CancelledRequestException(String message) {
        super(message);
    }
}
