package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.RaftStatus;
import io.ostraka.raft.runtime.storage.ReplicaDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * An overview of a replica, for people.
 *
 * @param replica which replica it is
 * @param raft what the core says of itself
 * @param appliedIndex the last applied index
 * @param unflushedBytes how much log is not yet in a completed flush of the store
 * @param failure why the replica has stopped, or null while it runs
 */
public record GroupStatus(
        ReplicaDescriptor replica,
        RaftStatus raft,
        long appliedIndex,
        long unflushedBytes,
        @Nullable String failure) {}
