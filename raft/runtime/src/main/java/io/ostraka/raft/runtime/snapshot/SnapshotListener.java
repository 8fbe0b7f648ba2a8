package io.ostraka.raft.runtime.snapshot;

import io.ostraka.raft.core.NodeId;

/** Takes the snapshots that other nodes offer. Called from network threads: implementations only queue. */
public interface SnapshotListener {

    /** Brings an offer; {@code incoming} is how to answer it. */
    void offered(NodeId from, SnapshotOffer offer, IncomingSnapshot incoming);
}
