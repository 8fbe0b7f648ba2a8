package io.ostraka.shardkv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.inprocess.InProcessChannelBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PeerChannelsTest {

    private final List<ManagedChannel> made = new ArrayList<>();
    private final PeerChannels channels = new PeerChannels(address -> {
        ManagedChannel channel = InProcessChannelBuilder.forName(address).build();
        made.add(channel);
        return channel;
    });

    @AfterEach
    void close() {
        channels.close();
    }

    /** A new connection was made for each attempt. */
    @Test
    void d16_attemptsShareOneConnection() {
        Channel first = channels.to("a:1");

        assertThat(channels.to("a:1")).isSameAs(first);
        assertThat(channels.to("b:1")).isNotSameAs(first);
        assertThat(made).hasSize(2);
    }

    @Test
    void connectionsThatAreNoLongerUsedAreClosed() {
        channels.to("a:1");
        channels.to("b:1");

        channels.keepOnly(Set.of("b:1"));

        assertThat(made).extracting(ManagedChannel::isShutdown).containsExactly(true, false);
        channels.to("a:1");
        assertThat(made).hasSize(3);
    }

    @Test
    void closedNodeConnectsToNobody() {
        channels.to("a:1");

        channels.close();

        assertThat(made).extracting(ManagedChannel::isShutdown).containsExactly(true);
        assertThatThrownBy(() -> channels.to("a:1")).isInstanceOf(IllegalStateException.class);
    }
}
