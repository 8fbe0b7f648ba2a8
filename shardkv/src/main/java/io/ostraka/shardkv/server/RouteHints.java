package io.ostraka.shardkv.server;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigWire;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.ReplicaRow;
import io.ostraka.proto.kv.RouteHint;
import io.ostraka.raft.core.NodeId;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.host.AddressBook;
import java.net.InetSocketAddress;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Tells a client that came to the wrong place where to go. Thread-safe. */
final class RouteHints {

    private final Supplier<@Nullable ClusterConfig> config;
    private final AddressBook book;

    RouteHints(Supplier<@Nullable ClusterConfig> config, AddressBook book) {
        this.config = config;
        this.book = book;
    }

    /** The way to a group, led by {@code leader} if that is known. */
    RouteHint to(@Nullable GroupRef group, @Nullable ReplicaId leader, long epoch) {
        RouteHint.Builder hint = RouteHint.newBuilder().setEpoch(epoch);
        if (group == null) {
            return hint.build();
        }
        hint.setGroup(ConfigWire.toWire(group)).setLeaderAddress(leader == null ? "" : addressOf(leader));
        ClusterConfig known = config.get();
        if (known != null) {
            known.group(group).ifPresent(row -> {
                for (ReplicaRow replica : row.replicas()) {
                    known.addressOf(replica.nodeId()).ifPresent(hint::addAddresses);
                }
            });
        }
        return hint.build();
    }

    /** Where a replica's node listens, or an empty text. */
    String addressOf(ReplicaId replica) {
        NodeId node = book.nodeOf(replica);
        InetSocketAddress address = node == null ? null : book.addressOf(node);
        if (address == null) {
            return "";
        }
        String host = address.getHostString();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }
}
