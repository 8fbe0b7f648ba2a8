package io.ostraka.shardctrler.command;

import io.ostraka.proto.config.GroupRef;

/**
 * A node has created a replica durably.
 *
 * @param group group of the replica
 * @param replicaId the replica
 * @param nodeId the node that speaks
 */
public record Created(GroupRef group, long replicaId, long nodeId) {}
