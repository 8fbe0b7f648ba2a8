package io.ostraka.server.process;

/** Says why a server process cannot start, and what to do. */
public final class ProcessException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Creates the error with a message for the operator. */
    public ProcessException(String message, Throwable cause) {
        super(message, cause);
    }
}
