package io.ostraka.shardkv.server;

import io.grpc.Channel;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Connections to controllers and other nodes, one an address, kept while the address is in use. Thread-safe. */
final class PeerChannels implements AutoCloseable {

    private final Function<String, ManagedChannel> connect;
    private final Map<String, ManagedChannel> channels = new HashMap<>();
    private boolean closed;

    PeerChannels(Function<String, ManagedChannel> connect) {
        this.connect = connect;
    }

    /** The connection to {@code address}, made if there is none. */
    synchronized Channel to(String address) {
        if (closed) {
            throw new IllegalStateException("the node is closed");
        }
        ManagedChannel channel = channels.computeIfAbsent(address, connect);
        // Whoever asks makes pauses of its own. gRPC's grow to two minutes, in which a node that is back is not
        // reached.
        if (channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
            channel.resetConnectBackoff();
        }
        return channel;
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
