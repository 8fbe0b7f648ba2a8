package io.ostraka.raft.testkit.sim;

import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.runtime.host.PeerMessage;
import io.ostraka.raft.runtime.storage.LogWrite;
import io.ostraka.raft.runtime.storage.ReplicaRecovery;

/** Sees what the nodes of a run do, while they do it; must not touch them. Looks away by default. */
public interface Watcher {

    /** Sees nothing. */
    Watcher NONE = new Watcher() {};

    /**
     * A node's replica begins.
     *
     * @param log what its log holds
     * @param state up to where its state machine has applied
     */
    default void began(int node, ReplicaRecovery.Recovered log, LogPosition state) {}

    /** A node's replica changes its log, which is not durable yet. */
    default void wrote(int node, LogWrite write) {}

    /** A node's state machine has applied an entry. */
    default void applied(int node, Entry entry) {}

    /** A snapshot has become the state of a node's state machine. */
    default void installed(int node, LogPosition state) {}

    /** A message leaves, to arrive or not. */
    default void sent(int from, int to, PeerMessage message, int bytes) {}
}
