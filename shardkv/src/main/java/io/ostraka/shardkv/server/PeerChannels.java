package io.ostraka.shardkv.server;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Connections to controllers and other nodes, one an address, kept until the node closes. Thread-safe. */
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
        return channels.computeIfAbsent(address, connect);
    }

    /** Closes the connections to addresses that {@code inUse} does not name. */
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
