package io.ostraka.raft.core.input;

import io.ostraka.raft.core.ReplicaId;

/**
 * Messages to a replica were probably lost, for instance because a connection broke.
 *
 * @param peer the replica
 */
public record PeerUnreachable(ReplicaId peer) implements Input {}
