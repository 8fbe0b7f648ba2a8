package io.ostraka.raft.runtime.transport;

import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import java.util.concurrent.TimeUnit;

/**
 * The way to the gRPC services of other processes, and the measure of how long a call may take. Safe for any thread.
 */
@FunctionalInterface
public interface Connector {

    /**
     * Returns a new connection to {@code host:port}, which whoever asked closes. It is made when it is used, takes
     * messages of {@link TransportOptions#MESSAGE_BYTES_MAX}, and its callbacks must not block.
     *
     * @throws IllegalArgumentException if that cannot be an address
     */
    ManagedChannel open(String address);

    /** Returns when a call ends, by the connection's own clock, that may take so long from now on. */
    default Deadline deadlineAfter(long millis) {
        return Deadline.after(millis, TimeUnit.MILLISECONDS);
    }
}
