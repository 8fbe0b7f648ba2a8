package io.ostraka.raft.runtime.snapshot;

import io.ostraka.raft.runtime.statemachine.SnapshotChunk;

/** The receiving end of one transfer, as its user answers it. Safe for any thread. */
public interface IncomingSnapshot {

    /** Asks for the chunks from {@code nextSequence} on, which are then brought to {@code sink} one at a time. */
    void accept(long nextSequence, Sink sink);

    /** Says that the last chunk brought has been taken, and asks for the next: the receiver holds one chunk at most. */
    void taken(long nextSequence);

    /** Says that the snapshot is installed, durably. */
    void installed();

    /** Refuses or breaks off the transfer. */
    void refuse(String reason);

    /** Takes the chunks. Called from network threads: implementations only queue. */
    interface Sink {

        /** Brings the next chunk, whole and checked; {@code last} ends the snapshot. */
        void chunk(SnapshotChunk chunk, boolean last);

        /** Tells that the connection broke. */
        void broken();
    }
}
