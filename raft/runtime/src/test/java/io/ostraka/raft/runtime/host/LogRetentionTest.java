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

    private long released;

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

        assertThat(retention.cut(status(1000), room(800)))
                .satisfies(cut -> assertThat(cut.index()).isBetween(880L, 905L));
        assertThat(retention.unflushedBytes()).isZero();
    }

    @Test
    void whatAFollowerLacksIsKeptWithinTheCap() {
        retention.appended(entries(1, 1000));
        retention.flushed(new LogPosition(1000, 1));

        assertThat(retention.cut(status(800), room(500)))
                .satisfies(cut -> assertThat(cut.index()).isBetween(790L, 800L));
        assertThat(retention.cut(status(800), room(100)))
                .satisfies(cut -> assertThat(cut.index()).isBetween(890L, 910L));
    }

    /** What a held-back segment needs: with nothing allowed to stay, a follower that is gone holds nothing. */
    @Test
    void withNoRoomForOthersAllThatIsFlushedGoes() {
        retention.appended(entries(1, 1000));
        retention.flushed(new LogPosition(900, 1));

        assertThat(retention.cut(status(800), room(0)))
                .satisfies(cut -> assertThat(cut.index()).isBetween(895L, 900L));
    }

    @Test
    void theLogAfterASnapshotThatIsBeingSentIsKept() {
        retention.appended(entries(1, 1000));
        retention.flushed(new LogPosition(1000, 1));
        retention.snapshotStarted(PEER, new LogPosition(600, 1));

        assertThat(retention.cut(status(0), room(900)))
                .satisfies(cut -> assertThat(cut.index()).isBetween(590L, 600L));
    }

    /** While it is sent, far more is written than is kept for followers that merely lag; it is followed by the log. */
    @Test
    void aTransferUnderSustainedLoadIsFollowedByTheLogUntilTheFollowerHasCaughtUp() {
        long last = 1000;
        retention.appended(entries(1, 1000));
        retention.snapshotStarted(PEER, new LogPosition(1000, 1));
        for (int i = 0; i < 5; i++) {
            last = write(last, 100);
            cut(0);
        }
        assertThat(released).isBetween(990L, 1000L);

        retention.snapshotInstalled(PEER, new LogPosition(1000, 1));
        cut(0);
        assertThat(released).as("it is not known to have anything yet").isBetween(990L, 1000L);
        for (long matched = 1000; matched < last - 100; matched += 100) {
            last = write(last, 50);
            cut(matched);
            assertThat(released).isBetween(matched - 10, matched);
        }

        cut(last - 50);
        assertThat(retention.keepsForTransfers()).as("it lags like any other").isFalse();
        last = write(last, 200);
        cut(last - 200);
        assertThat(released).isBetween(last - 110, last - 90);
    }

    @Test
    void forATransferThatNeverEndsNoMoreIsKeptThanItsOwnCap() {
        retention.appended(entries(1, 1000));
        retention.snapshotStarted(PEER, new LogPosition(1000, 1));
        long last = write(1000, 790);
        cut(0);
        assertThat(released).isBetween(990L, 1000L);

        last = write(last, 50);
        cut(0);

        assertThat(retention.keepsForTransfers()).isFalse();
        assertThat(released).isBetween(last - 110, last - 90);
    }

    @Test
    void theLogIsKeptForATransferThatMayGoOn_andNoLongerOnceItIsDropped() {
        retention.appended(entries(1, 1000));
        retention.snapshotStarted(PEER, new LogPosition(1000, 1));
        long last = write(1000, 500);
        cut(0);
        assertThat(released).isBetween(990L, 1000L);

        retention.snapshotDropped(PEER);
        cut(0);

        assertThat(released).isBetween(last - 110, last - 90);
    }

    /** Freeing a segment takes what is kept for those that lag, not what a transfer is to be followed by. */
    @Test
    void whereThereIsRoomForTransfersOnlyTheirLogStays() {
        retention.appended(entries(1, 1000));
        retention.flushed(new LogPosition(1000, 1));
        retention.snapshotStarted(PEER, new LogPosition(600, 1));

        assertThat(retention.cut(status(0), room(100).forTransfersOnly()))
                .satisfies(cut -> assertThat(cut.index()).isBetween(590L, 600L));
    }

    @Test
    void aReplicaThatNoLongerLeadsKeepsNothingForTransfers() {
        retention.appended(entries(1, 1000));
        retention.flushed(new LogPosition(1000, 1));
        retention.snapshotStarted(PEER, new LogPosition(100, 1));

        retention.cut(status(List.of()), room(0));

        assertThat(retention.keepsForTransfers()).isFalse();
    }

    @Test
    void nothingUnflushedIsEverCut() {
        retention.appended(entries(1, 1000));
        retention.flushed(new LogPosition(500, 1));

        LogPosition cut = retention.cut(status(1000), room(0));

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

    /** Room for so many entries, and for eight times as many as long as there is a transfer. */
    private static RetainedLog room(long entries) {
        return new RetainedLog(entries * PAYLOAD_BYTES, 8 * entries * PAYLOAD_BYTES);
    }

    private long write(long last, int count) {
        retention.appended(entries(last + 1, count));
        retention.flushed(new LogPosition(last + count, 1));
        return last + count;
    }

    private void cut(long matched) {
        LogPosition cut = retention.cut(status(matched), room(100));
        released = cut == null ? released : cut.index();
    }

    private static RaftStatus status(long matched) {
        return status(
                List.of(new PeerStatus(PEER, matched, matched + 1, PeerStatus.Replication.REPLICATE, 0, 0, false)));
    }

    private static RaftStatus status(List<PeerStatus> peers) {
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
                peers);
    }
}
