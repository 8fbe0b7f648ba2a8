package io.ostraka.raft.runtime.transport;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** Makes the connections between nodes. */
final class Channels {

    private static final int KEEP_ALIVE_TIMEOUT_SECONDS = 5;

    private Channels() {}

    /**
     * Makes a channel, which connects when it is used; its callbacks run on network threads, and must not block.
     *
     * @throws IllegalArgumentException if the address cannot be that of a host
     */
    static ManagedChannel open(NetworkThreads threads, InetSocketAddress address, TransportOptions options) {
        return threads.channel(address.getHostString(), address.getPort())
                .disableRetry()
                .keepAliveTime(TransportOptions.KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEP_ALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .maxInboundMessageSize(TransportOptions.MESSAGE_BYTES_MAX)
                .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, options.connectMillisMax())
                .build();
    }
}
