package io.ostraka.raft.runtime.statemachine;

import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.membership.Membership;

/**
 * What a snapshot says of itself before its first chunk.
 *
 * @param position the last entry that the snapshot contains
 * @param membership the membership in force at {@code position}
 */
public record SnapshotHeader(LogPosition position, Membership membership) {}
