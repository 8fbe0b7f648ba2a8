package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.ReplicaId;

/** A replica cannot be opened, since something that it had made durable is missing. */
public final class DamagedReplicaException extends Exception {

    private static final long serialVersionUID = 1;

    /**
     * Makes one.
     *
     * @param what what is missing
     */
    public DamagedReplicaException(ReplicaId replica, String what) {
        super("replica " + replica + " neither votes nor serves: " + what
                + "; its group goes on with its other replicas, as long as they are a majority");
    }
}
