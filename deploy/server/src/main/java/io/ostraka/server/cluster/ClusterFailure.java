package io.ostraka.server.cluster;

/** Says why a cluster of child processes could not do what was asked, and where to look. */
public final class ClusterFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Creates the failure with what went wrong. */
    public ClusterFailure(String message) {
        super(message);
    }

    /** Creates the failure with its cause. */
    public ClusterFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
