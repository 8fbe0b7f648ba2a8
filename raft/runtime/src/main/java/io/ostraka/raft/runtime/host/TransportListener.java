package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.NodeId;
import java.util.List;

/** Takes what the transport brings. Called from network threads: implementations only queue. */
public interface TransportListener {

    /**
     * Brings messages of one node, in the order in which it sent them.
     *
     * @param taken to be run once they have been dealt with: until then the transport takes only a few more from there
     */
    void received(NodeId from, List<PeerMessage> messages, Runnable taken);

    /** Tells that what was on its way to {@code node} may be lost: the connection broke, or the node started anew. */
    void unreachable(NodeId node);
}
