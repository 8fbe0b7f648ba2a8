package io.ostraka.raft.runtime.host;

import io.ostraka.raft.runtime.storage.ReplicaDescriptor;

/**
 * Is told when a replica has stopped because what it holds can no longer be trusted. One that stopped because of the
 * disk is not told here: that ends the process.
 */
@FunctionalInterface
public interface GroupFailureListener {

    /** A replica has stopped for good; the others go on. Called on its Raft loop: must be short and not block. */
    void failed(ReplicaDescriptor replica, Throwable cause);
}
