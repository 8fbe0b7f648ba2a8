package io.ostraka.raft.runtime.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.EntryType;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.PeerStatus;
import io.ostraka.raft.core.RaftStatus;
import io.ostraka.raft.core.RawNode;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.RoleKind;
import io.ostraka.raft.core.membership.Membership;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogRetentionTest {

    private static final int PAYLOAD_BYTES = 16 * 1024;
    private static final ReplicaId SELF = new ReplicaId(1);
    private static final ReplicaId PEER = new ReplicaId(2);

    private final LogRetention retention = new LogRetention(LogPosition.ZERO, List.of(), LogPosition.ZERO);

    @Test
    void nothingIsCutBeforeAFlush() {
        retention.appended(entries(1, 1000));

        assertThat(retention.worthwhile()).isFalse();
        assertThat(retention.unflushedBytes()).isGreaterThan(1000L * PAYLOAD_BYTES);
    }

    @Test
    void withNobodyBehindAllThatIsFlushedGoesButAShortTail() {
        retention.appended(entries(1, 1000));
        retention.flushed(new LogPosition(1000, 1));

        assertThat(retention.cut(status(1000), 8 * 100 * PAYLOAD_BYTES))
                .satisfies(cut -> assertThat(cut.index()).isBetween(880L, 905L));
        assertThat(retention.unflushedBytes()).isZero();
    }

    @Test
    void whatAFollowerLacksIsKeptWithinTheCap() {
        retention.appended(entries(1, 1000));
        retention.flushed(new LogPosition(1000, 1));

        assertThat(retention.cut(status(800), 500 * PAYLOAD_BYTES))
                .satisfies(cut -> assertThat(cut.index()).isBetween(790L, 800L));
        assertThat(retention.cut(status(800), 100 * PAYLOAD_BYTES))
                .satisfies(cut -> assertThat(cut.index()).isBetween(890L, 910L));
    }

    /** What a held-back segment needs: with nothing allowed to stay, a follower that is gone holds nothing. */
    @Test
    void withNoRoomForOthersAllThatIsFlushedGoes() {
        retention.appended(entries(1, 1000));
        retention.flushed(new LogPosition(900, 1));

        assertThat(retention.cut(status(800), 0))
                .satisfies(cut -> assertThat(cut.index()).isBetween(895L, 900L));
    }

    @Test
    void theLogAfterASnapshotThatIsBeingSentIsKept() {
        retention.appended(entries(1, 1000));
        retention.flushed(new LogPosition(1000, 1));
        retention.snapshotStarted(PEER, new LogPosition(600, 1));

        assertThat(retention.cut(status(0), 900 * PAYLOAD_BYTES))
                .satisfies(cut -> assertThat(cut.index()).isBetween(590L, 600L));
    }

    @Test
    void nothingUnflushedIsEverCut() {
        retention.appended(entries(1, 1000));
        retention.flushed(new LogPosition(500, 1));

        LogPosition cut = retention.cut(status(1000), 0);

        assertThat(cut).isEqualTo(new LogPosition(500, 1));
    }

    @Test
    void overwrittenEntriesDoNotCountTwice() {
        retention.appended(entries(1, 100));
        retention.appended(entries(51, 50));

        assertThat(retention.unflushedBytes()).isBetween(90L * PAYLOAD_BYTES, 110L * PAYLOAD_BYTES);
    }

    private static List<Entry> entries(long first, int count) {
        Bytes payload = Bytes.wrap(new byte[PAYLOAD_BYTES]);
        List<Entry> entries = new ArrayList<>();
        for (long index = first; index < first + count; index++) {
            entries.add(new Entry(index, 1, EntryType.COMMAND, payload));
        }
        return entries;
    }

    private static RaftStatus status(long matched) {
        PeerStatus peer = new PeerStatus(PEER, matched, matched + 1, PeerStatus.Replication.REPLICATE, 0, 0, false);
        return new RaftStatus(
                SELF,
                RoleKind.LEADER,
                1,
                SELF,
                SELF,
                Membership.of(SELF, PEER),
                LogPosition.ZERO,
                new LogPosition(1000, 1),
                1000,
                1000,
                1000,
                RawNode.NO_LEASE,
                false,
                null,
                List.of(peer));
    }
}
