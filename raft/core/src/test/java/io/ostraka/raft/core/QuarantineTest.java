package io.ostraka.raft.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.core.input.Applied;
import io.ostraka.raft.core.input.Quarantined;
import io.ostraka.raft.core.input.Received;
import io.ostraka.raft.core.input.SnapshotInstalled;
import io.ostraka.raft.core.input.SnapshotOffered;
import io.ostraka.raft.core.input.Tick;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.core.message.Heartbeat;
import io.ostraka.raft.core.message.SnapshotRequest;
import io.ostraka.raft.core.message.TimeoutNow;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A replica whose state is not to be trusted (DESIGN section 7); the scenario {@code quarantine} shows the rest. */
final class QuarantineTest {

    private static final ReplicaId ME = new ReplicaId(1);
    private static final ReplicaId B = new ReplicaId(2);
    private static final ReplicaId C = new ReplicaId(3);
    private static final Membership MEMBERS = Membership.of(ME, B, C);
    private static final long LATER = TimeUnit.SECONDS.toNanos(60);

    private final RawNode node = replica();

    /** Five entries of term 1, all committed, of which the first three are applied. */
    private static RawNode replica() {
        List<Entry> entries = new ArrayList<>();
        for (int index = 1; index <= 5; index++) {
            entries.add(new Entry(index, 1, EntryType.COMMAND, Bytes.utf8("c" + index)));
        }
        Restored restored = new Restored(new HardState(1, null, 5), LogPosition.ZERO, MEMBERS, entries);
        RawNode replica = new RawNode(RaftConfig.defaults(), ME, restored, new Random(1), 0);
        replica.step(new Applied(3));
        return replica;
    }

    private @Nullable SnapshotVerdict offered(long index) {
        return node.step(new SnapshotOffered(B, 1, new LogPosition(index, 1), MEMBERS, 0))
                .snapshotVerdict();
    }

    @Test
    void onlyASnapshotThatReachesTheDistrustedStateIsTaken() {
        node.step(new Quarantined(3, 0));

        assertThat(offered(2)).isEqualTo(new SnapshotVerdict.Stale(new LogPosition(2, 1), 5));
        assertThat(offered(3)).isEqualTo(new SnapshotVerdict.Install(new LogPosition(3, 1)));
        assertThat(offered(4)).isEqualTo(new SnapshotVerdict.Install(new LogPosition(4, 1)));
    }

    @Test
    void itsLogIsKept_andItIsAsBeforeOnceTheSnapshotIsInstalled() {
        node.step(new Quarantined(3, 0));

        Effects installed = node.step(new SnapshotInstalled(new LogPosition(4, 1), MEMBERS));

        assertThat(installed.snapshotVerdict()).isEqualTo(new SnapshotVerdict.Installed(new LogPosition(4, 1), true));
        assertThat(node.status().last()).isEqualTo(new LogPosition(5, 1));
        assertThat(offered(5)).isInstanceOf(SnapshotVerdict.Stale.class);
        node.step(new Tick(LATER));
        assertThat(node.role()).isEqualTo(RoleKind.PRE_CANDIDATE);
    }

    @Test
    void itNeitherStandsWhenItHearsNothingNorWhenItIsAsked() {
        node.step(new Received(new Heartbeat(B, ME, 1, 5, 1), 0));
        node.step(new Quarantined(3, 0));

        node.step(new Received(new TimeoutNow(B, ME, 1), 0));
        assertThat(node.role()).isEqualTo(RoleKind.FOLLOWER);
        node.step(new Tick(LATER));
        assertThat(node.role()).isEqualTo(RoleKind.FOLLOWER);
        assertThat(node.leader()).isNull();
    }

    @Test
    void whoIsOnTheWayToLeadTurnsBack() {
        node.step(new Tick(LATER));
        assertThat(node.role()).isEqualTo(RoleKind.PRE_CANDIDATE);

        node.step(new Quarantined(3, LATER));

        assertThat(node.role()).isEqualTo(RoleKind.FOLLOWER);
    }

    @Test
    void itAsksItsLeaderNowAndThen_andNobodyElse() {
        assertThat(node.step(new Quarantined(3, 0)).sendNow()).isEmpty();

        SnapshotRequest request = new SnapshotRequest(ME, B, 1, 3);
        assertThat(node.step(new Received(new Heartbeat(B, ME, 1, 5, 1), 0)).sendNow())
                .contains(request);
        assertThat(node.step(new Tick(1)).sendNow()).isEmpty();
        long interval = RaftConfig.defaults().electionTimeoutMinNanos();
        assertThat(node.step(new Received(new Heartbeat(B, ME, 1, 5, 2), interval))
                        .sendNow())
                .contains(request);
    }
}
