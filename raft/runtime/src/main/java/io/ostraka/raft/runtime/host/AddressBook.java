package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.NodeId;
import io.ostraka.raft.core.ReplicaId;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Where nodes listen, and which node hosts which replica. Whoever follows the configuration writes it; safe for any
 * thread.
 */
public final class AddressBook {

    private final Map<NodeId, InetSocketAddress> addresses = new ConcurrentHashMap<>();
    private final Map<ReplicaId, NodeId> nodes = new ConcurrentHashMap<>();

    /** Notes where {@code node} listens; {@code address} may be unresolved. */
    public void setAddress(NodeId node, InetSocketAddress address) {
        addresses.put(node, address);
    }

    /** Notes that {@code replica} lives on {@code node}. */
    public void setNode(ReplicaId replica, NodeId node) {
        nodes.put(replica, node);
    }

    /** Notes that {@code replica} was heard of on {@code node}, unless the configuration has said where it lives. */
    public void learnNode(ReplicaId replica, NodeId node) {
        nodes.putIfAbsent(replica, node);
    }

    /** Forgets a replica that is gone for good. */
    public void removeReplica(ReplicaId replica) {
        nodes.remove(replica);
    }

    /** Forgets where a node listens. */
    public void removeAddress(NodeId node) {
        addresses.remove(node);
    }

    /** Returns where {@code node} listens, or null if nobody has said. */
    public @Nullable InetSocketAddress addressOf(NodeId node) {
        return addresses.get(node);
    }

    /** Returns the node that hosts {@code replica}, or null if nobody has said. */
    public @Nullable NodeId nodeOf(ReplicaId replica) {
        return nodes.get(replica);
    }
}
