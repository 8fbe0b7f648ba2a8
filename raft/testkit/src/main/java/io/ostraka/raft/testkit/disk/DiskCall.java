package io.ostraka.raft.testkit.disk;

import io.ostraka.raft.runtime.storage.DiskException;

/**
 * One call of a {@link SimulatedDisk} that changes something or makes it durable.
 *
 * @param kind what is done
 * @param name the file, or the folder for {@link Kind#SYNC_DIRECTORY}
 */
public record DiskCall(Kind kind, String name) {

    /** What is done. */
    public enum Kind {
        CREATE,
        WRITE,
        FORCE,
        DELETE,
        RENAME,
        CREATE_FOLDER,
        SYNC_DIRECTORY
    }

    /** Sees each call before it happens. */
    @FunctionalInterface
    public interface Listener {
        /**
         * Lets the call happen by returning. Throwing {@link DiskException} makes it fail; throwing {@link PowerLoss}
         * ends the process at this point.
         */
        void before(DiskCall call) throws DiskException;
    }

    /** Thrown by a listener to end the process before a call happens. */
    public static final class PowerLoss extends RuntimeException {
        /** Makes one. */
        public PowerLoss() {
            super("power loss");
        }
    }
}
