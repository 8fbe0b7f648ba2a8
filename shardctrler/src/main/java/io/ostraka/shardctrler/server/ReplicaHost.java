package io.ostraka.shardctrler.server;

import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.host.DamagedReplicaException;
import io.ostraka.raft.runtime.host.RaftGroup;
import io.ostraka.raft.runtime.statemachine.StateMachine;
import io.ostraka.raft.runtime.storage.ReplicaDescriptor;
import io.ostraka.raft.runtime.storage.ReplicaRecovery;
import java.util.concurrent.CompletableFuture;

/** What runs the controller's replica: in production the process's RaftHost. */
interface ReplicaHost {

    /**
     * Opens a replica, which takes part from then on.
     *
     * @throws DamagedReplicaException if something that it had made durable is missing
     */
    <R> RaftGroup<R> open(ReplicaDescriptor descriptor, ReplicaRecovery found, StateMachine<R> machine)
            throws DamagedReplicaException;

    /** Closes a replica; the result completes once its state machine is closed. */
    CompletableFuture<Void> close(ReplicaId replica);
}
