package io.ostraka.raft.runtime.storage;

/**
 * The shared log as the host sees it: writes are submitted and reported back once they are durable.
 *
 * <p>The log of a replica begins with a {@link LogWrite.Restart} at index 0, which must be durable before the replica's
 * descriptor is created in {@link NodeDirectory}. So a descriptor without anything in the log is damage, never a fresh
 * replica; and log without a descriptor is a creation that did not finish, to be removed.
 */
public interface LogStore {

    /**
     * Submits a write. Never blocks on the disk; may be called by any thread. After a failure of the log nothing is
     * completed any more, and its {@link FatalListener} was told once.
     *
     * @param completion called once, in the order of submission, when the write and all before it are durable. A write
     *     that need not be durable (a release, a change of the commit index alone) completes when it was accepted.
     */
    void submit(LogWrite write, Completion completion);

    /** Is told that a write is durable; called on the log's own thread, so it must be short and never block. */
    @FunctionalInterface
    interface Completion {
        /** The write, and every write submitted before it, is durable. */
        void durable(LogWrite write);
    }
}
