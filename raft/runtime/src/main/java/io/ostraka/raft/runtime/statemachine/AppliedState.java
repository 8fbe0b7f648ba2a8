package io.ostraka.raft.runtime.statemachine;

import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.membership.Membership;

/**
 * A point of the log that a state has reached.
 *
 * @param position the last applied entry, {@code (0, 0)} where nothing was
 * @param membership the membership in force at {@code position}
 */
public record AppliedState(LogPosition position, Membership membership) {}
