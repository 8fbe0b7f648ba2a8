package io.ostraka.raft.runtime.statemachine;

/** The installation of a snapshot that is arriving. Used by the apply thread only. */
public interface SnapshotWriter {

    /**
     * Takes the next chunk; they come in order, each once.
     *
     * @throws InvalidSnapshotException if the bytes are not what this state machine writes
     */
    void write(SnapshotChunk chunk);

    /**
     * Makes the snapshot the state, durably: once this returns, {@link StateMachine#durable} names its position. Rows
     * of the former state that the snapshot does not hold are gone.
     *
     * @throws InvalidSnapshotException if chunks are missing or do not fit together; the former state then stays
     */
    AppliedState commit();

    /** Drops what was written; the state stays what it was. */
    void abort();
}
