package io.ostraka.shardkv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.inprocess.InProcessChannelBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
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

    /** gRPC waits up to two minutes before it tries a node again that was long away. */
    @Test
    void aConnectionThatFailedIsTriedAgainAsSoonAsItIsAskedFor() {
        Connection connection = new Connection();
        try (PeerChannels one = new PeerChannels(_ -> connection)) {
            one.to("a:1");
            assertThat(connection.tries).isZero();

            connection.state = ConnectivityState.TRANSIENT_FAILURE;
            one.to("a:1");

            assertThat(connection.tries).isEqualTo(1);
        }
    }

    /** A connection that only says how it is. */
    private static final class Connection extends ManagedChannel {

        private ConnectivityState state = ConnectivityState.READY;
        private int tries;
        private boolean closed;

        @Override
        public ConnectivityState getState(boolean requestConnection) {
            return state;
        }

        @Override
        public void resetConnectBackoff() {
            tries++;
        }

        @Override
        public ManagedChannel shutdown() {
            closed = true;
            return this;
        }

        @Override
        public ManagedChannel shutdownNow() {
            closed = true;
            return this;
        }

        @Override
        public boolean isShutdown() {
            return closed;
        }

        @Override
        public boolean isTerminated() {
            return closed;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return closed;
        }

        @Override
        public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
            throw new AssertionError("nothing is called");
        }

        @Override
        public String authority() {
            return "a:1";
        }
    }
}
