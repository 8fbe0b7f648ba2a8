package io.ostraka.shardkv.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.proto.Hello;
import io.ostraka.proto.ProtocolVersion;
import io.ostraka.proto.StatusCode;
import org.junit.jupiter.api.Test;

class HelloCheckTest {

    @Test
    void aClientThatDoesNotKnowTheClusterIsWelcome() {
        assertThat(HelloCheck.of(hello(0, ProtocolVersion.CURRENT), 7)).isNull();
        assertThat(HelloCheck.of(hello(7, ProtocolVersion.CURRENT), 7)).isNull();
    }

    @Test
    void aMessageOfAnotherClusterIsRefusedWithBothIds() {
        HelloCheck.Refusal refusal = HelloCheck.of(hello(0xabc, ProtocolVersion.CURRENT), 7);

        assertThat(refusal).isNotNull();
        assertThat(refusal.code()).isEqualTo(StatusCode.WRONG_CLUSTER);
        assertThat(refusal.reason()).contains("cluster 7").contains("abc");
    }

    @Test
    void anOlderAndANewerVersionAreRefusedWithTheVersionsSpoken() {
        for (int version : new int[] {0, ProtocolVersion.CURRENT + 1, -1}) {
            HelloCheck.Refusal refusal = HelloCheck.of(hello(7, version), 7);

            assertThat(refusal).isNotNull();
            assertThat(refusal.code()).isEqualTo(StatusCode.UNSUPPORTED_VERSION);
            assertThat(refusal.reason()).contains("upgrade the older side");
        }
    }

    @Test
    void aNodeThatKnowsNoClusterYetIsNotReady() {
        HelloCheck.Refusal refusal = HelloCheck.of(hello(7, ProtocolVersion.CURRENT), 0);

        assertThat(refusal).isNotNull();
        assertThat(refusal.code()).isEqualTo(StatusCode.NOT_READY);
    }

    private static Hello hello(long cluster, int version) {
        return Hello.newBuilder()
                .setClusterId(cluster)
                .setProtocolVersion(version)
                .build();
    }
}
