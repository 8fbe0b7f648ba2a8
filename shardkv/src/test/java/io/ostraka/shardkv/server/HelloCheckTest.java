package io.ostraka.shardkv.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.proto.Hello;
import io.ostraka.proto.ProtocolVersion;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.raft.core.GroupId;
import org.junit.jupiter.api.Test;

class HelloCheckTest {

    private static final GroupId GROUP = new GroupId(101, 1);

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

    @Test
    void aNodeThatSpeaksForAGroupMustNameItsCluster() {
        HelloCheck.Refusal refusal =
                HelloCheck.ofReplica(hello(0, ProtocolVersion.CURRENT), 7, ShardAdmission.ref(GROUP), null);

        assertThat(refusal).isNotNull();
        assertThat(refusal.code()).isEqualTo(StatusCode.WRONG_CLUSTER);
    }

    @Test
    void aNodeThatSpeaksForAGroupMustHaveAReplicaOfIt_whereTheConfigurationKnowsTheGroup() {
        ClusterConfig config = Greetings.config(7, GROUP, 1, 2);

        assertThat(HelloCheck.ofReplica(Greetings.of(7, 2), 7, ShardAdmission.ref(GROUP), config))
                .isNull();
        assertThat(HelloCheck.ofReplica(Greetings.of(7, 3), 7, ShardAdmission.ref(GROUP), config))
                .isNotNull();
        // The configuration here may lag behind the one there.
        assertThat(HelloCheck.ofReplica(Greetings.of(7, 3), 7, new GroupRef(102, 9), config))
                .isNull();
    }

    private static Hello hello(long cluster, int version) {
        return Hello.newBuilder()
                .setClusterId(cluster)
                .setProtocolVersion(version)
                .build();
    }
}
