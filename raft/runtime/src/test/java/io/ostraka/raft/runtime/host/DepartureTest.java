package io.ostraka.raft.runtime.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.PeerStatus;
import io.ostraka.raft.core.RaftStatus;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.RoleKind;
import io.ostraka.raft.core.membership.Membership;
import java.util.List;
import org.junit.jupiter.api.Test;

class DepartureTest {

    private static final ReplicaId SELF = new ReplicaId(1);
    private static final ReplicaId PEER = new ReplicaId(2);
    private static final ReplicaId LEARNER = new ReplicaId(3);
    private static final long TOUCH = 1_000;
    private static final long NOW = 50_000;

    @Test
    void aGroupWithAVoterInTouchHasSomebodyToGoTo() {
        assertThat(Departure.mayGo(leader(peer(PEER, NOW - TOUCH + 1)), NOW, TOUCH))
                .isTrue();
    }

    @Test
    void aGroupWhosePeersAreSilentIsKept() {
        assertThat(Departure.mayGo(leader(peer(PEER, NOW - TOUCH)), NOW, TOUCH)).isFalse();
    }

    @Test
    void aLearnerIsNoSuccessor() {
        assertThat(Departure.mayGo(leader(peer(LEARNER, NOW)), NOW, TOUCH)).isFalse();
    }

    @Test
    void aQuarantinedReplicaIsNoSuccessor() {
        PeerStatus distrusted = new PeerStatus(PEER, 0, 1, PeerStatus.Replication.REPLICATE, 0, NOW, true);

        assertThat(Departure.mayGo(leader(distrusted), NOW, TOUCH)).isFalse();
    }

    @Test
    void aSoleReplicaIsKept() {
        assertThat(Departure.mayGo(leader(), NOW, TOUCH)).isFalse();
    }

    @Test
    void aLeadershipThatIsNewerThanTheStatusMayGo() {
        assertThat(Departure.mayGo(status(RoleKind.CANDIDATE), NOW, TOUCH)).isTrue();
    }

    private static RaftStatus leader(PeerStatus... peers) {
        return status(RoleKind.LEADER, peers);
    }

    private static RaftStatus status(RoleKind role, PeerStatus... peers) {
        return new RaftStatus(
                SELF,
                role,
                1,
                SELF,
                SELF,
                new Membership(List.of(SELF, PEER), List.of(LEARNER), List.of()),
                LogPosition.ZERO,
                LogPosition.ZERO,
                0,
                0,
                0,
                0,
                false,
                null,
                List.of(peers));
    }

    private static PeerStatus peer(ReplicaId peer, long lastContactNanos) {
        return new PeerStatus(peer, 0, 1, PeerStatus.Replication.REPLICATE, 0, lastContactNanos, false);
    }
}
