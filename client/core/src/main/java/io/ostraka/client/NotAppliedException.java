package io.ostraka.client;

/** The call certainly had no effect and will have none: it is safe to make it again. */
public abstract sealed class NotAppliedException extends OstrakaException
        permits UnavailableException,
                InvalidRequestException,
                IncompatibleClusterException,
                RejectedException,
                CancelledRequestException,
                ClientClosedException {

    private static final long serialVersionUID = 1;

    NotAppliedException(String message) {
        super(message);
    }
}
