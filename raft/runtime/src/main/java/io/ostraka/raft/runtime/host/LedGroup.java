package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.ReplicaId;

/**
 * A group that a node says it leads.
 *
 * @param group the group
 * @param term the term it leads in
 * @param leader the leading replica
 */
public record LedGroup(GroupId group, long term, ReplicaId leader) {}
