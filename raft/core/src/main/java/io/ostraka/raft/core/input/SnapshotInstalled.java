package io.ostraka.raft.core.input;

import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.membership.Membership;

/**
 * The state machine's storage durably holds a snapshot. The host installs in the order of applying, only a snapshot
 * past what is applied, and skips entries at or below it that were emitted before.
 *
 * @param position the last entry that the snapshot stands for
 * @param membership the membership in force there
 */
public record SnapshotInstalled(LogPosition position, Membership membership) implements Input {}
