package io.ostraka.raft.core;

import org.jspecify.annotations.Nullable;

/**
 * Says that role, term or known leader of a replica are no longer what they were.
 *
 * @param role the role now
 * @param term the term now
 * @param leader the leader of that term, if known
 */
public record RoleChange(RoleKind role, long term, @Nullable ReplicaId leader) {}
