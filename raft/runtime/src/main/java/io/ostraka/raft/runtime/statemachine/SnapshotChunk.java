package io.ostraka.raft.runtime.statemachine;

import io.ostraka.raft.core.Bytes;

/**
 * One piece of a snapshot. What the bytes mean is the state machine's own matter; the host keeps them in order and
 * whole.
 *
 * @param sequence the chunk's place, from 0
 * @param data at most {@link #BYTES_MAX} bytes
 */
public record SnapshotChunk(long sequence, Bytes data) {

    /** The largest chunk, in bytes. */
    public static final int BYTES_MAX = 256 * 1024;

    /** Checks the bounds. */
    public SnapshotChunk {
        if (sequence < 0) {
            throw new IllegalArgumentException("sequence below zero: " + sequence);
        }
        if (data.size() > BYTES_MAX) {
            throw new IllegalArgumentException("chunk of " + data.size() + " bytes, at most " + BYTES_MAX);
        }
    }
}
