package io.ostraka.raft.core;

/** What a replica says to a snapshot that it was offered or that was installed. */
public sealed interface SnapshotVerdict {

    /**
     * The snapshot is ahead of what this replica has: install it.
     *
     * @param position the snapshot's position
     */
    record Install(LogPosition position) implements SnapshotVerdict {}

    /**
     * The snapshot must not be installed: it is no further than what is committed here, or comes from a deposed leader.
     *
     * @param position the snapshot's position
     * @param commit what is committed here
     */
    record Stale(LogPosition position, long commit) implements SnapshotVerdict {}

    /**
     * The snapshot is in force.
     *
     * @param base where the log begins now
     * @param logKept whether the log after {@code base} was kept, because it has the snapshot's last entry; if not, the
     *     log on disk restarts empty at {@code base}
     */
    record Installed(LogPosition base, boolean logKept) implements SnapshotVerdict {}
}
