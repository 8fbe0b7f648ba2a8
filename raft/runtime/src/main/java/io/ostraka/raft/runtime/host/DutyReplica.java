package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.RaftStatus;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.input.Input;
import io.ostraka.raft.runtime.storage.ReplicaDescriptor;

/** What {@link NodeDuties} see of a replica of the node, and do with it. Safe for any thread. */
interface DutyReplica {

    /** Returns which replica of which group it is. */
    ReplicaDescriptor descriptor();

    /** Whether this replica takes part. */
    boolean isRunning();

    /** Returns who leads, as far as the replica knows. */
    Leadership leadership();

    /** Returns what the core said of itself at the last tick. */
    RaftStatus raftStatus();

    /** Has the replica take {@code input}. */
    void input(Input input);

    /** Notes that messages to {@code peer} may be lost. */
    void lost(ReplicaId peer);
}
