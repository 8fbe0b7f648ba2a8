package io.ostraka.raft.testkit.sim;

import io.ostraka.raft.core.message.Message;
import io.ostraka.raft.runtime.host.ReadResult;
import io.ostraka.raft.runtime.storage.LogWrite;
import io.ostraka.raft.runtime.storage.ReplicaRecovery;
import org.jspecify.annotations.Nullable;

/**
 * Where a test can put a mistake between a replica and what surrounds it, to see whether the simulator notices. By
 * default everything is honest.
 */
public interface Tampering {

    /** Tampers with nothing. */
    Tampering NONE = new Tampering() {};

    /** Returns the message that leaves instead of {@code message}, or null if none does. */
    default @Nullable Message sent(SimulatedReplica replica, Message message) {
        return message;
    }

    /** Whether {@code write} is reported durable before it is. */
    default boolean reportsTooEarly(SimulatedReplica replica, LogWrite write) {
        return false;
    }

    /** Returns what is written instead of {@code write}. */
    default LogWrite written(SimulatedReplica replica, LogWrite write) {
        return write;
    }

    /** Returns what a replica finds in its log after a restart, where {@code found} is there. */
    default ReplicaRecovery recovered(ReplicaRecovery found) {
        return found;
    }

    /** Whether a flush says that it is durable although nothing was kept. */
    default boolean flushesNothing() {
        return false;
    }

    /** Whether a read is answered as soon as it is asked, with this result; null for the proper way. */
    default ReadResult.@Nullable Ready answersRead(SimulatedReplica replica) {
        return null;
    }
}
