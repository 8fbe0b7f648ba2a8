package io.ostraka.raft.runtime.snapshot;

import io.ostraka.raft.core.NodeId;
import io.ostraka.raft.runtime.statemachine.SnapshotReader;

/** The way of snapshots to other nodes, apart from the messages' own. Safe for any thread. */
public interface SnapshotTransport extends AutoCloseable {

    /** Begins to deliver what arrives to {@code listener}; called once, before anything is sent. */
    void start(SnapshotListener listener);

    /**
     * Sends what {@code reader} gives, at a limited rate, from the chunk on that the receiver asks for.
     *
     * @param outcome told once; the reader is not used after that
     */
    void send(NodeId to, SnapshotOffer offer, SnapshotReader reader, Outcome outcome);

    /** Breaks off all transfers. */
    @Override
    void close();

    /** Takes the end of a transfer. */
    @FunctionalInterface
    interface Outcome {

        /** Tells how it ended; called from any thread. */
        void ended(End end);
    }

    /** How a transfer ended. */
    enum End {
        /** The receiver has installed it, durably. */
        INSTALLED,
        /** The receiver does not want it. */
        REFUSED,
        /** The connection broke; the receiver may keep what it has, and go on from there. */
        BROKEN
    }
}
