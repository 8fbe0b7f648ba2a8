package io.ostraka.shardkv.server;

import io.grpc.Channel;
import io.grpc.ConnectivityState;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.ostraka.raft.runtime.transport.Connector;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Connections to controllers and other nodes, one an address, kept while the address is in use. Thread-safe. */
final class PeerChannels implements AutoCloseable {

    private final Connector connect;
    private final Map<String, ManagedChannel> channels = new HashMap<>();
    private boolean closed;

    PeerChannels(Connector connect) {
        this.connect = connect;
    }

    /** The connection to {@code address}, made if there is none. */
    synchronized Channel to(String address) {
        if (closed) {
            throw new IllegalStateException("the node is closed");
        }
        ManagedChannel channel = channels.computeIfAbsent(address, connect::open);
        // Whoever asks makes pauses of its own. gRPC's grow to two minutes, in which a node that is back is not
        // reached.
        if (channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
            channel.resetConnectBackoff();
        }
        return channel;
    }

    /** When a call ends that may take so long from now on. */
    Deadline deadlineAfter(long millis) {
        return connect.deadlineAfter(millis);
    }

    /** Closes the connections to addresses that {@code inUse} does not name, once their calls have ended. */
    synchronized void keepOnly(Set<String> inUse) {
        channels.entrySet().removeIf(entry -> {
            if (inUse.contains(entry.getKey())) {
                return false;
            }
            entry.getValue().shutdown();
            return true;
        });
    }

    @Override
    public synchronized void close() {
        closed = true;
        channels.values().forEach(ManagedChannel::shutdownNow);
        channels.clear();
    }
}
