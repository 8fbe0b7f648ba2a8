package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.statemachine.StateMachine;
import io.ostraka.raft.runtime.storage.ReplicaDescriptor;
import io.ostraka.raft.runtime.storage.ReplicaRecovery;
import java.util.concurrent.CompletableFuture;

/** What runs the replicas of a process. Safe for any thread. */
public interface ReplicaHost {

    /**
     * Opens a replica, which takes part from then on.
     *
     * @param found what the log holds of it
     * @param machine its state machine, which is closed when the replica is closed
     * @throws DamagedReplicaException if something that it had made durable is missing; {@code machine} is not closed
     */
    <R> RaftGroup<R> open(ReplicaDescriptor descriptor, ReplicaRecovery found, StateMachine<R> machine)
            throws DamagedReplicaException;

    /** Closes a replica; the result completes once its state machine is closed. What waits in it is answered. */
    CompletableFuture<Void> close(ReplicaId replica);
}
