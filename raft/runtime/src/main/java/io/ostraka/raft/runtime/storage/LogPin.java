package io.ostraka.raft.runtime.storage;

import io.ostraka.raft.core.ReplicaId;

/**
 * A replica that needs entries of the log's oldest segment.
 *
 * @param upToIndex releasing up to this index ends the need
 * @param bytes what its entries there take
 */
public record LogPin(ReplicaId replica, long upToIndex, long bytes) {}
