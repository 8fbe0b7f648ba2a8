package io.ostraka.raft.runtime.snapshot;

import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.statemachine.SnapshotHeader;

/**
 * A leader's offer to bring a follower up by a snapshot.
 *
 * @param group the group
 * @param from the leader
 * @param to the follower
 * @param term the term in which {@code from} leads
 * @param header what the snapshot is
 * @param transferId names the pinned view at its sender: a transfer that broke off goes on only with the same one
 */
public record SnapshotOffer(
        GroupId group, ReplicaId from, ReplicaId to, long term, SnapshotHeader header, long transferId) {}
