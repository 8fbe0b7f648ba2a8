package io.ostraka.client;

/**
 * A call did not end as asked. Every call ends in one of three ways: applied (a result), not applied
 * ({@link NotAppliedException}: it had no effect and will have none), or unknown ({@link OutcomeUnknownException}).
 */
public abstract sealed class OstrakaException extends RuntimeException
        permits NotAppliedException, OutcomeUnknownException {

    private static final long serialVersionUID = 1;

    OstrakaException(String message) {
        super(message);
    }
}
