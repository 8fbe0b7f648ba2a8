package io.ostraka.raft.runtime.host;

/**
 * How much flushed log one replica may keep for its followers.
 *
 * @param bytesMax for those that lag
 * @param transferBytesMax as long as one of them gets a snapshot, or catches up after one
 */
public record RetainedLog(long bytesMax, long transferBytesMax) {

    /** Returns the same with nothing for those that merely lag. */
    RetainedLog forTransfersOnly() {
        return new RetainedLog(0, transferBytesMax);
    }
}
