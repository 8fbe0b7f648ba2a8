package io.ostraka.raft.core.input;

import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;

/**
 * The host has finished with a {@link io.ostraka.raft.core.SnapshotNeeded}.
 *
 * @param to the follower
 * @param position the snapshot that was sent, or was to be
 * @param ok whether the follower took it
 */
public record SnapshotSent(ReplicaId to, LogPosition position, boolean ok) implements Input {}
