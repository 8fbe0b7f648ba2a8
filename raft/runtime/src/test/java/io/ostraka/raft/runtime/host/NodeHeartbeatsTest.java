package io.ostraka.raft.runtime.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.NodeId;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.host.NodeHeartbeats.PeerHeard;
import io.ostraka.raft.runtime.host.NodeHeartbeats.Received;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NodeHeartbeatsTest {

    private static final NodeId A = new NodeId(1);
    private static final NodeId B = new NodeId(2);
    private static final LedGroup FIRST = new LedGroup(new GroupId(7, 1), 3, new ReplicaId(11));
    private static final LedGroup SECOND = new LedGroup(new GroupId(8, 1), 5, new ReplicaId(12));
    private static final Map<NodeId, ReplicaId> ON_B = Map.of(B, new ReplicaId(21));

    private final NodeHeartbeats a = new NodeHeartbeats();
    private final NodeHeartbeats b = new NodeHeartbeats();

    @Test
    void theFirstHeartbeatCarriesTheWholeSet() {
        a.lead(FIRST, ON_B);

        Received received = b.received(A, a.next(B, 100, true));

        assertThat(received.alive()).containsExactly(FIRST);
        assertThat(received.lost()).isEmpty();
    }

    @Test
    void anAcknowledgedSetIsNotSentAgain() {
        a.lead(FIRST, ON_B);
        exchange(100);

        NodeHeartbeat second = a.next(B, 200, true);

        assertThat(second.led()).isEmpty();
        assertThat(b.received(A, second).alive()).containsExactly(FIRST);
    }

    @Test
    void changesTravelAsDifferences() {
        a.lead(FIRST, ON_B);
        exchange(100);
        a.lead(SECOND, ON_B);
        a.drop(FIRST.group());

        NodeHeartbeat heartbeat = a.next(B, 200, true);

        assertThat(heartbeat.base()).isNotZero();
        assertThat(heartbeat.led()).containsExactly(SECOND);
        assertThat(heartbeat.dropped()).containsExactly(FIRST.group());
        assertThat(b.received(A, heartbeat).alive()).containsExactly(SECOND);
    }

    /** DESIGN section 3: a quiet group fails over as fast as a busy one. */
    @Test
    void aGroupThatIsNoLongerNamedIsLost() {
        a.lead(FIRST, ON_B);
        exchange(100);
        a.drop(FIRST.group());

        assertThat(b.received(A, a.next(B, 200, true)).lost()).containsExactly(FIRST);
    }

    @Test
    void anAcknowledgementProvesTheFollowersOfItsOwnGenerationAlive() {
        a.lead(FIRST, ON_B);
        exchange(100);
        NodeHeartbeat heartbeat = a.next(B, 200, true);
        Received received = b.received(A, heartbeat);
        a.lead(SECOND, ON_B);

        List<PeerHeard> heard = a.acknowledged(B, new NodeHeartbeatAck(received.generation(), 200, List.of(), true));

        assertThat(heard).containsExactly(new PeerHeard(FIRST.group(), new ReplicaId(21), 3, 200));
    }

    @Test
    void aRefusedGroupIsNotProvedAlive() {
        a.lead(FIRST, ON_B);
        Received received = b.received(A, a.next(B, 100, true));

        assertThat(a.acknowledged(B, new NodeHeartbeatAck(received.generation(), 100, List.of(FIRST.group()), true)))
                .isEmpty();
    }

    @Test
    void aFollowerOfAnEarlierTermIsNotProvedAliveInTheNext() {
        a.lead(FIRST, ON_B);
        Received received = b.received(A, a.next(B, 100, true));
        a.lead(new LedGroup(FIRST.group(), 4, FIRST.leader()), ON_B);

        assertThat(a.acknowledged(B, new NodeHeartbeatAck(received.generation(), 100, List.of(), true)))
                .isEmpty();
    }

    @Test
    void aReceiverThatKnowsAnotherGenerationAsksForTheWholeSet() {
        a.lead(FIRST, ON_B);
        exchange(100);
        NodeHeartbeats restarted = new NodeHeartbeats();
        a.lead(SECOND, ON_B);

        Received received = restarted.received(A, a.next(B, 200, true));
        assertThat(received.generation()).isZero();
        assertThat(received.alive()).isEmpty();
        a.acknowledged(B, new NodeHeartbeatAck(received.generation(), 200, List.of(), true));

        assertThat(restarted.received(A, a.next(B, 300, true)).alive()).containsExactly(FIRST, SECOND);
    }

    @Test
    void aHeartbeatThatLeftBeforeTheLastAnswerCameIsUnderstood() {
        a.lead(FIRST, ON_B);
        exchange(100);
        a.lead(SECOND, ON_B);
        b.received(A, a.next(B, 200, true));

        Received received = b.received(A, a.next(B, 300, true));

        assertThat(received.alive()).containsExactly(FIRST, SECOND);
        assertThat(received.generation()).isNotZero();
    }

    /** Else a follower whose node cannot answer would believe in a leader that has long stepped down. */
    @Test
    void anOutdatedSetSpeaksForNobodyWhileAnswersAreLost() {
        a.lead(FIRST, ON_B);
        exchange(100);
        a.lead(SECOND, ON_B);
        b.received(A, a.next(B, 200, true));
        a.drop(SECOND.group());

        Received received = b.received(A, a.next(B, 300, true));

        assertThat(received.alive()).isEmpty();
        assertThat(received.generation()).isZero();
    }

    @Test
    void manyUnacknowledgedChangesEndInTheWholeSet() {
        a.lead(FIRST, ON_B);
        Received old = b.received(A, a.next(B, 100, true));
        for (int term = 10; term < 100; term++) {
            a.lead(new LedGroup(FIRST.group(), term, FIRST.leader()), ON_B);
        }
        a.acknowledged(B, new NodeHeartbeatAck(old.generation(), 100, List.of(), true));

        NodeHeartbeat heartbeat = a.next(B, 200, true);

        assertThat(heartbeat.base()).isZero();
        assertThat(b.received(A, heartbeat).alive()).containsExactly(new LedGroup(FIRST.group(), 99, FIRST.leader()));
    }

    @Test
    void aNodeThatLeadsNothingFallsSilentOnceThatIsKnown() {
        a.lead(FIRST, ON_B);
        exchange(100);
        a.drop(FIRST.group());
        assertThat(a.peers()).containsExactly(B);

        exchange(200);

        assertThat(a.peers()).isEmpty();
    }

    @Test
    void afterABreakTheWholeSetIsSentAgain() {
        a.lead(FIRST, ON_B);
        exchange(100);

        a.disconnected(B);

        assertThat(a.next(B, 200, true).base()).isZero();
    }

    private void exchange(long nowNanos) {
        Received received = b.received(A, a.next(B, nowNanos, true));
        a.acknowledged(B, new NodeHeartbeatAck(received.generation(), nowNanos, List.of(), true));
    }
}
