package io.ostraka.client;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The write was sent, and nobody could say before the deadline whether it took effect: it may have, once, or may still,
 * or never will. {@linkplain OstrakaClient#askOutcome Ask} what became of {@link #request()}, or read what it was to
 * change.
 */
public final class OutcomeUnknownException extends OstrakaException {

    private static final long serialVersionUID = 1;

    private final transient @Nullable RequestId request;

    /** A write with a name that can be asked for, or a change of the configuration, which has none. */
    public OutcomeUnknownException(String message, @Nullable RequestId request) {
        super(message);
        this.request = request;
    }

    /** Names the write, for {@link OstrakaClient#askOutcome}; empty for a change of the configuration. */
    public Optional<RequestId> request() {
        return Optional.ofNullable(request);
    }
}
