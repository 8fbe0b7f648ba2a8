package io.ostraka.shardkv.store;

/**
 * The store cannot go on: its disk failed, or it is closed. Never an answer to a request; the node that gets it stops,
 * and its peers carry on.
 */
public final class StoreException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param message what failed, and what to do about it */
    public StoreException(String message) {
        super(message);
    }

    /** @param message what failed, and what to do about it */
    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
