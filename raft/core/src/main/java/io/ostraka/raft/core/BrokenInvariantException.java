package io.ostraka.raft.core;

/**
 * Says that something happened which correct replicas on honest disks never do, for instance that a committed entry was
 * about to be replaced. The group must stop on this node and be looked at; going on could destroy data.
 */
public final class BrokenInvariantException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Makes the exception; the message says which invariant broke and with what values. */
    public BrokenInvariantException(String message) {
        super(message);
    }
}
