package io.ostraka.raft.runtime.storage;

/** Is told when the log cannot go on: its process must stop, and answer nothing more. */
@FunctionalInterface
public interface FatalListener {

    /** A write or force failed, or the log found itself broken. Called once, by the log's thread. */
    void fatal(Throwable cause);
}
