package io.ostraka.raft.runtime.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.proto.Hello;
import io.ostraka.proto.ProtocolVersion;
import io.ostraka.proto.StatusCode;
import io.ostraka.raft.core.NodeId;
import org.junit.jupiter.api.Test;

class HandshakeTest {

    private final Handshake handshake = new Handshake(new NodeIdentity(99, new NodeId(1), 1));

    @Test
    void aNodeOfTheSameClusterAndVersionIsWelcome() {
        assertThat(handshake.check(hello(99, 2, 5))).isNull();
    }

    @Test
    void aNodeOfAnotherClusterIsRefused() {
        assertThat(handshake.check(hello(98, 2, 5)))
                .satisfies(refused -> assertThat(refused.code()).isEqualTo(StatusCode.WRONG_CLUSTER));
    }

    /** Two nodes that belong to no cluster yet may end in different ones. */
    @Test
    void aNodeOfNoClusterTalksToNobody() {
        Handshake fresh = new Handshake(new NodeIdentity(0, new NodeId(1), 1));

        assertThat(fresh.check(hello(0, 2, 5)))
                .satisfies(refused -> assertThat(refused.code()).isEqualTo(StatusCode.WRONG_CLUSTER));
    }

    @Test
    void anotherProtocolVersionIsRefusedWithTheOneThatIsSpoken() {
        Hello newer = hello(99, 2, 5).toBuilder()
                .setProtocolVersion(ProtocolVersion.CURRENT + 1)
                .build();

        assertThat(handshake.check(newer)).satisfies(refused -> {
            assertThat(refused.code()).isEqualTo(StatusCode.UNSUPPORTED_VERSION);
            assertThat(refused.reason()).contains(String.valueOf(ProtocolVersion.CURRENT));
        });
    }

    @Test
    void anEarlierRunOfANodeIsRefusedOnceALaterOneWasMet() {
        handshake.check(hello(99, 2, 6));

        assertThat(handshake.check(hello(99, 2, 5))).isNotNull();
        assertThat(handshake.check(hello(99, 2, 6))).isNull();
        assertThat(handshake.check(hello(99, 2, 7))).isNull();
    }

    @Test
    void aGreetingWithoutANodeIsRefused() {
        assertThat(handshake.check(hello(99, 0, 1))).isNotNull();
    }

    private static Hello hello(long cluster, long node, long start) {
        return Hello.newBuilder()
                .setClusterId(cluster)
                .setProtocolVersion(ProtocolVersion.CURRENT)
                .setNodeId(node)
                .setStartCounter(start)
                .build();
    }
}
