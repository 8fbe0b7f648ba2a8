package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.GroupId;
import java.util.List;

/**
 * The answer to a {@link NodeHeartbeat}.
 *
 * @param generation the generation that the answering node knows now; 0 asks for the whole set
 * @param sentNanos repeated from the heartbeat
 * @param refused the groups of that generation whose leader the answering node does not follow: it has no replica of
 *     them that runs, or one in a later term
 * @param diskHealthy whether the answering node's log is written as fast as it should be
 */
public record NodeHeartbeatAck(long generation, long sentNanos, List<GroupId> refused, boolean diskHealthy)
        implements PeerMessage {

    /** Copies the list. */
    public NodeHeartbeatAck {
        refused = List.copyOf(refused);
    }
}
