package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.NodeId;

/**
 * The way to the other nodes. It may lose, delay and repeat messages, and never holds more of them than its bound. Safe
 * for any thread.
 */
public interface Transport extends AutoCloseable {

    /** Begins to deliver to {@code listener}; called once, before anything is sent. */
    void start(TransportListener listener);

    /**
     * Queues a message, without blocking.
     *
     * @return false if it was dropped, because the node cannot be reached now or too much is waiting for it
     */
    boolean send(NodeId to, PeerMessage message);

    /** Hands what is queued to the network; whoever has queued messages calls it once it has queued them all. */
    void flush();

    /** Ends all connections. */
    @Override
    void close();
}
