package io.ostraka.raft.runtime.storage;

/** Is told when a process cannot go on: it must stop, and take nothing new. */
@FunctionalInterface
public interface FatalListener {

    /**
     * The disk failed, or something found itself broken. Called by whichever thread met it, perhaps more than once;
     * must be short and not block.
     */
    void fatal(Throwable cause);
}
