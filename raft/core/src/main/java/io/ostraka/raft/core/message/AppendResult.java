package io.ostraka.raft.core.message;

import io.ostraka.raft.core.LogPosition;

/** What a follower says about its log to a leader. */
public sealed interface AppendResult {

    /**
     * The follower's log is durable and equals the leader's up to here.
     *
     * @param index the index
     */
    record Matched(long index) implements AppendResult {}

    /**
     * The follower has no entry at the request's {@code prev}.
     *
     * @param rejectedIndex the index of that {@code prev}
     * @param hint the follower's last position at or before it whose term is not above the term of that {@code prev}:
     *     whatever lies between cannot match, so the leader skips whole terms (section 5.3)
     */
    record Conflict(long rejectedIndex, LogPosition hint) implements AppendResult {}
}
