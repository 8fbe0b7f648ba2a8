package io.ostraka.raft.runtime.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.EntryType;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.runtime.statemachine.AppliedState;
import io.ostraka.raft.runtime.statemachine.LeadershipEvent;
import io.ostraka.raft.runtime.statemachine.ResultSink;
import io.ostraka.raft.runtime.statemachine.SnapshotHeader;
import io.ostraka.raft.runtime.statemachine.SnapshotReader;
import io.ostraka.raft.runtime.statemachine.SnapshotWriter;
import io.ostraka.raft.runtime.statemachine.StateMachine;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReplicaApplierTest {

    private final Echo machine = new Echo();
    private final ReplicaApplier<String> applier = new ReplicaApplier<>(machine, 0);
    private final List<ProposalResult<String>> outcomes = new ArrayList<>();

    @Test
    void aProposerHearsTheAnswerOfItsOwnEntry() {
        applier.apply(List.of(command(1, "a"), command(2, "b")), List.of(new ProposalWaiter<>(2, 1, outcomes::add)));

        assertThat(outcomes).containsExactly(new ProposalResult.Applied<>(new LogPosition(2, 1), "b"));
        assertThat(applier.appliedIndex()).isEqualTo(2);
    }

    @Test
    void nobodyIsAnsweredBeforeTheStateHasTakenTheWholeBatch() {
        List<Integer> seen = new ArrayList<>();

        applier.apply(
                List.of(command(1, "a"), command(2, "b")),
                List.of(new ProposalWaiter<>(1, 1, outcome -> seen.add(machine.applied.size()))));

        assertThat(seen).containsExactly(2);
    }

    /** FAULTS S4: the state never goes back. */
    @Test
    void entriesThatASnapshotHasCoveredAreSkipped() {
        applier.installed(new AppliedState(new LogPosition(5, 1), Membership.of(new ReplicaId(1))));

        applier.apply(List.of(command(5, "old"), command(6, "new")), List.of());

        assertThat(machine.applied).containsExactly("new");
    }

    /** The report of what was applied may overtake the news of a snapshot, whose index the core would not believe. */
    @Test
    void theCoreHearsOfNoEntryThatItHasNotHandedOut() {
        applier.apply(List.of(command(1, "a")), List.of());
        applier.installed(new AppliedState(new LogPosition(5, 1), Membership.of(new ReplicaId(1))));
        assertThat(applier.appliedIndex()).isEqualTo(5);
        assertThat(applier.appliedEntry()).isEqualTo(1);

        applier.apply(List.of(command(2, "old")), List.of());

        assertThat(applier.appliedEntry()).isEqualTo(2);
    }

    @Test
    void aReadWaitsForItsIndex() {
        List<ReadResult> reads = new ArrayList<>();
        ReadResult.Ready second = new ReadResult.Ready(1, 2, false);
        applier.readable(second, List.of(reads::add));
        applier.apply(List.of(command(1, "a")), List.of());
        assertThat(reads).isEmpty();

        applier.apply(List.of(command(2, "b")), List.of());

        assertThat(reads).containsExactly(second);
    }

    /** Nobody sends a follower what it lacks then, and whoever asked may find another replica that has it. */
    @Test
    void aReadThatWaitsIsRefusedOnceNobodyLeads() {
        List<ReadResult> reads = new ArrayList<>();
        applier.leadershipChanged(new LeadershipEvent.Follower(1, new ReplicaId(2)));
        applier.readable(new ReadResult.Ready(1, 2, false), List.of(reads::add, reads::add));
        assertThat(reads).isEmpty();

        applier.leadershipChanged(new LeadershipEvent.Follower(1, null));

        ReadResult refused = new ReadResult.Refused(new Refusal.NotLeader(null));
        assertThat(reads).containsExactly(refused, refused);
    }

    @Test
    void aReadThatIsAllowedWhenNobodyLeadsAnyMoreIsAnsweredIfTheStateIsThere_andElseRefused() {
        List<ReadResult> reads = new ArrayList<>();
        applier.apply(List.of(command(1, "a")), List.of());
        applier.leadershipChanged(new LeadershipEvent.Follower(2, null));

        ReadResult.Ready there = new ReadResult.Ready(1, 1, false);
        applier.readable(there, List.of(reads::add));
        applier.readable(new ReadResult.Ready(1, 2, false), List.of(reads::add));

        assertThat(reads).containsExactly(there, new ReadResult.Refused(new Refusal.NotLeader(null)));
    }

    @Test
    void aReadGoesOnWaitingWhenAnotherLeadsAtOnce() {
        List<ReadResult> reads = new ArrayList<>();
        ReadResult.Ready first = new ReadResult.Ready(1, 1, false);
        applier.leadershipChanged(new LeadershipEvent.Follower(1, null));
        applier.leadershipChanged(new LeadershipEvent.Follower(1, new ReplicaId(2)));
        applier.readable(first, List.of(reads::add));

        applier.leadershipChanged(new LeadershipEvent.Follower(2, new ReplicaId(3)));
        assertThat(reads).isEmpty();
        applier.apply(List.of(command(1, "a")), List.of());

        assertThat(reads).containsExactly(first);
    }

    @Test
    void leadershipIsToldOnlyAfterTheNoOpOfItsTerm() {
        applier.leadershipChanged(new LeadershipEvent.Leader(3));
        applier.apply(List.of(command(1, "of an earlier term")), List.of());
        assertThat(machine.events).isEmpty();

        applier.apply(List.of(new Entry(2, 3, EntryType.NO_OP, Bytes.EMPTY)), List.of());

        assertThat(machine.events).containsExactly(new LeadershipEvent.Leader(3));
    }

    @Test
    void leadershipThatIsLostBeforeItsNoOpIsNeverTold() {
        applier.leadershipChanged(new LeadershipEvent.Leader(3));
        applier.leadershipChanged(new LeadershipEvent.Follower(4, null));
        applier.apply(List.of(new Entry(1, 3, EntryType.NO_OP, Bytes.EMPTY)), List.of());

        assertThat(machine.events).containsExactly(new LeadershipEvent.Follower(4, null));
    }

    /** FAULTS L15: a state machine that throws is not passed over in silence. */
    @Test
    void whatTheStateMachineThrowsLeavesItsProposersInTheUnknown() {
        assertThatThrownBy(() -> applier.apply(
                        List.of(command(1, "a"), command(2, "boom")),
                        List.of(new ProposalWaiter<>(1, 1, outcomes::add), new ProposalWaiter<>(2, 1, outcomes::add))))
                .isInstanceOf(IllegalStateException.class);

        assertThat(outcomes).containsExactly(new ProposalResult.Unknown<>(), new ProposalResult.Unknown<>());
        assertThat(applier.appliedIndex()).isZero();
    }

    @Test
    void stoppingRefusesTheReadsThatWait() {
        List<ReadResult> reads = new ArrayList<>();
        applier.readable(new ReadResult.Ready(1, 2, false), List.of(reads::add));

        applier.stop();

        assertThat(reads).containsExactly(new ReadResult.Refused(new Refusal.Stopped()));
    }

    /** DESIGN section 7: nobody hears anything from a state that is not to be trusted. */
    @Test
    void aStateThatIsNotTrustedTakesNothingMore_andWhoWaitsHearsThatNobodyKnows() {
        applier.apply(
                List.of(command(1, "a"), command(2, "distrust"), command(3, "b")),
                List.of(new ProposalWaiter<>(1, 1, outcomes::add), new ProposalWaiter<>(3, 1, outcomes::add)));
        applier.apply(List.of(command(4, "c")), List.of(new ProposalWaiter<>(4, 1, outcomes::add)));

        assertThat(machine.applied).containsExactly("a", "distrust");
        assertThat(applier.appliedIndex()).isEqualTo(2);
        assertThat(applier.appliedEntry()).isEqualTo(2);
        assertThat(outcomes)
                .containsExactly(
                        new ProposalResult.Applied<>(new LogPosition(1, 1), "a"),
                        new ProposalResult.Unknown<>(),
                        new ProposalResult.Unknown<>());
    }

    @Test
    void aStateThatIsNotTrustedIsNotRead() {
        List<ReadResult> reads = new ArrayList<>();
        applier.readable(new ReadResult.Ready(1, 3, false), List.of(reads::add));

        applier.apply(List.of(command(1, "distrust"), command(2, "a"), command(3, "b")), List.of());
        applier.readable(new ReadResult.Ready(1, 1, false), List.of(reads::add));

        ReadResult refused = new ReadResult.Refused(new Refusal.Stopped());
        assertThat(reads).containsExactly(refused, refused);
    }

    @Test
    void whatCameWhileTheStateWasNotTrustedIsAppliedAfterTheSnapshotThatReplacesIt() {
        applier.apply(List.of(command(1, "distrust"), command(2, "in the snapshot")), List.of());
        applier.apply(List.of(command(3, "after it")), List.of());
        assertThat(applier.takes(LogPosition.ZERO)).isFalse();
        assertThat(applier.takes(new LogPosition(1, 1))).isTrue();

        machine.quarantinedAt = null;
        applier.installed(new AppliedState(new LogPosition(2, 1), Membership.of(new ReplicaId(1))));

        assertThat(machine.applied).containsExactly("distrust", "after it");
        assertThat(applier.appliedIndex()).isEqualTo(3);
        assertThat(applier.appliedEntry()).isEqualTo(3);
        assertThat(applier.takes(new LogPosition(3, 1))).isFalse();
    }

    private static Entry command(long index, String text) {
        return new Entry(index, 1, EntryType.COMMAND, Bytes.utf8(text));
    }

    /** Answers each command with itself; one says that the state is not to be trusted. */
    private static final class Echo implements StateMachine<String> {
        private final List<String> applied = new ArrayList<>();
        private final List<LeadershipEvent> events = new ArrayList<>();
        private @Nullable LogPosition quarantinedAt;

        @Override
        public @Nullable LogPosition quarantinedAt() {
            return quarantinedAt;
        }

        @Override
        public AppliedState durable() {
            return new AppliedState(LogPosition.ZERO, Membership.of(new ReplicaId(1)));
        }

        @Override
        public void apply(List<Entry> entries, ResultSink<String> results) {
            for (Entry entry : entries) {
                if (entry.type() == EntryType.COMMAND) {
                    String text = entry.payload().toUtf8();
                    if (text.equals("boom")) {
                        throw new IllegalStateException("boom");
                    }
                    results.result(entry.index(), text);
                    applied.add(text);
                    if (text.equals("distrust")) {
                        quarantinedAt = entry.position();
                        return;
                    }
                }
            }
        }

        @Override
        public void leaderChanged(LeadershipEvent event) {
            events.add(event);
        }

        @Override
        public SnapshotReader openSnapshot() {
            throw new IllegalStateException("not used");
        }

        @Override
        public SnapshotWriter beginInstall(SnapshotHeader header) {
            throw new IllegalStateException("not used");
        }

        @Override
        public AppliedState flush() {
            return durable();
        }

        @Override
        public void close() {}
    }
}
