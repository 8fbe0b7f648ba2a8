package io.ostraka.raft.runtime.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.EntryType;
import io.ostraka.raft.core.HardState;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.Restored;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.runtime.statemachine.AppliedState;
import io.ostraka.raft.runtime.storage.ReplicaRecovery;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplicaStartTest {

    private static final Membership MEMBERS = Membership.of(new ReplicaId(1), new ReplicaId(2), new ReplicaId(3));

    @Test
    void aFreshReplicaStartsFresh() {
        ReplicaStart start =
                ReplicaStart.of(new ReplicaRecovery.Recovered(null, LogPosition.ZERO, List.of()), store(0, 0));

        assertThat(start).isEqualTo(new ReplicaStart.Ready(Restored.fresh(MEMBERS), false));
    }

    @Test
    void aLogThatReachesPastTheStoreIsReplayedFromThere() {
        ReplicaRecovery.Recovered log = log(new HardState(3, null, 4), new LogPosition(2, 1), 2, 2, 3);

        ReplicaStart.Ready ready = ready(ReplicaStart.of(log, store(4, 2)));

        assertThat(ready.restartLog()).isFalse();
        assertThat(ready.restored().base()).isEqualTo(new LogPosition(2, 1));
        assertThat(ready.restored().entries()).hasSize(3);
        assertThat(ready.restored().hardState().commit()).isEqualTo(4);
    }

    @Test
    void commitIsAtLeastWhatTheStoreHasApplied() {
        ReplicaRecovery.Recovered log = log(new HardState(3, null, 0), LogPosition.ZERO, 1, 1, 3);

        assertThat(ready(ReplicaStart.of(log, store(2, 1)))
                        .restored()
                        .hardState()
                        .commit())
                .isEqualTo(2);
    }

    @Test
    void aCommitBeyondTheLogIsCutToTheLog() {
        ReplicaRecovery.Recovered log = log(new HardState(3, null, 9), LogPosition.ZERO, 1, 1, 3);

        assertThat(ready(ReplicaStart.of(log, store(0, 0)))
                        .restored()
                        .hardState()
                        .commit())
                .isEqualTo(3);
    }

    @Test
    void aStorePastTheLogIsTheSnapshotAndTheLogRestartsThere() {
        ReplicaRecovery.Recovered log = log(new HardState(3, new ReplicaId(2), 2), LogPosition.ZERO, 1, 1, 3);

        ReplicaStart.Ready ready = ready(ReplicaStart.of(log, store(7, 3)));

        assertThat(ready.restartLog()).isTrue();
        assertThat(ready.restored().base()).isEqualTo(new LogPosition(7, 3));
        assertThat(ready.restored().entries()).isEmpty();
        assertThat(ready.restored().hardState()).isEqualTo(new HardState(3, new ReplicaId(2), 7));
    }

    /** FAULTS S9: a suffix behind a snapshot is kept only if the term at the snapshot's index is the same. */
    @Test
    void anEntryOfAnotherTermAtTheStoresIndexRestartsTheLogToo() {
        ReplicaRecovery.Recovered log = log(new HardState(4, null, 1), LogPosition.ZERO, 1, 1, 1, 1);

        ReplicaStart.Ready ready = ready(ReplicaStart.of(log, store(2, 3)));

        assertThat(ready.restartLog()).isTrue();
        assertThat(ready.restored().entries()).isEmpty();
    }

    @Test
    void aStoreOfALaterTermRaisesTheTermAndForgetsTheVote() {
        ReplicaRecovery.Recovered log = log(new HardState(2, new ReplicaId(2), 1), LogPosition.ZERO, 1);

        assertThat(ready(ReplicaStart.of(log, store(9, 5))).restored().hardState())
                .isEqualTo(new HardState(5, null, 9));
    }

    /** FAULTS P10: there is never a gap between the store and the log. */
    @Test
    void aStoreBeforeTheLogsBaseIsDamage() {
        ReplicaRecovery.Recovered log = log(new HardState(2, null, 6), new LogPosition(5, 2), 2);

        assertThat(ReplicaStart.of(log, store(4, 2))).isInstanceOf(ReplicaStart.Damaged.class);
    }

    @Test
    void aDamagedLogIsDamage() {
        assertThat(ReplicaStart.of(new ReplicaRecovery.Damaged("page 3"), store(4, 2)))
                .isEqualTo(new ReplicaStart.Damaged("page 3"));
    }

    private static ReplicaStart.Ready ready(ReplicaStart start) {
        assertThat(start).isInstanceOf(ReplicaStart.Ready.class);
        return (ReplicaStart.Ready) start;
    }

    private static AppliedState store(long index, long term) {
        return new AppliedState(new LogPosition(index, term), MEMBERS);
    }

    private static ReplicaRecovery.Recovered log(HardState hardState, LogPosition base, long... terms) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < terms.length; i++) {
            entries.add(new Entry(base.index() + 1 + i, terms[i], EntryType.COMMAND, Bytes.EMPTY));
        }
        return new ReplicaRecovery.Recovered(hardState, base, entries);
    }
}
