package io.ostraka.raft.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostraka.raft.core.input.Applied;
import io.ostraka.raft.core.input.Budget;
import io.ostraka.raft.core.input.Persisted;
import io.ostraka.raft.core.input.Propose;
import io.ostraka.raft.core.input.Read;
import io.ostraka.raft.core.input.Received;
import io.ostraka.raft.core.input.Released;
import io.ostraka.raft.core.input.SnapshotInstalled;
import io.ostraka.raft.core.input.SnapshotOffered;
import io.ostraka.raft.core.input.Tick;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.core.message.AppendRequest;
import io.ostraka.raft.core.message.AppendResponse;
import io.ostraka.raft.core.message.AppendResult;
import io.ostraka.raft.core.message.Heartbeat;
import io.ostraka.raft.core.message.HeartbeatResponse;
import io.ostraka.raft.core.message.Message;
import io.ostraka.raft.core.message.PreVoteRequest;
import io.ostraka.raft.core.message.PreVoteResponse;
import io.ostraka.raft.core.message.VoteRequest;
import io.ostraka.raft.core.message.VoteResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** One replica against the rules of the Raft paper, whose sections stand beside them. Replica 1 of three is tested. */
final class PaperRulesTest {

    private static final ReplicaId ME = new ReplicaId(1);
    private static final ReplicaId B = new ReplicaId(2);
    private static final ReplicaId C = new ReplicaId(3);
    private static final Membership THREE = Membership.of(ME, B, C);
    private static final long LATER = 10_000_000_000L;

    private RawNode node = new RawNode(RaftConfig.defaults(), ME, Restored.fresh(THREE), new Random(1), 0);

    // Section 5.1: terms.

    @Test
    void laterTermInAnyMessageMakesAFollowerOfThatTerm() {
        Effects effects = receive(new Heartbeat(B, ME, 7, 0, 1));

        assertThat(node.term()).isEqualTo(7);
        assertThat(node.leader()).isEqualTo(B);
        assertThat(effects.hardState()).isEqualTo(new HardState(7, null, 0));
    }

    @Test
    void requestOfAnEarlierTermIsRefusedWithTheLaterOne() {
        restore(5, null, 0, 1, 1);

        Effects effects = receive(new AppendRequest(B, ME, 4, new LogPosition(2, 1), List.of(), 2, 9));

        assertThat(effects.sendNow())
                .containsExactly(new AppendResponse(ME, B, 5, new AppendResult.Conflict(2, LogPosition.ZERO), 9));
        assertThat(node.commitIndex()).isZero();
    }

    @Test
    void termThatNobodyCanHaveReachedIsIgnored() {
        assertThat(receive(new VoteRequest(B, ME, Long.MAX_VALUE, LogPosition.ZERO, false)))
                .isEqualTo(Effects.EMPTY);
        assertThat(receive(new Heartbeat(B, ME, 1L << 40, 0, 1))).isEqualTo(Effects.EMPTY);
        assertThat(node.term()).isZero();
    }

    @Test
    void messageOfAStrangerIsIgnored() {
        assertThat(receive(new VoteRequest(new ReplicaId(9), ME, 3, LogPosition.ZERO, false)))
                .isEqualTo(Effects.EMPTY);
        assertThat(receive(new Heartbeat(B, C, 3, 0, 1))).isEqualTo(Effects.EMPTY);
    }

    // Section 5.2: elections.

    @Test
    void voteIsGivenOnceATermAndLeavesOnlyAfterItIsDurable() {
        restore(1, null, 0);
        node.step(new Tick(LATER));

        Effects granted = receive(new VoteRequest(B, ME, 2, LogPosition.ZERO, false));
        Effects refused = receive(new VoteRequest(C, ME, 2, LogPosition.ZERO, false));
        Effects repeated = receive(new VoteRequest(B, ME, 2, LogPosition.ZERO, false));

        assertThat(granted.sendNow()).isEmpty();
        assertThat(granted.hardState()).isEqualTo(new HardState(2, B, 0));
        assertThat(granted.sendAfterPersist()).containsExactly(new VoteResponse(ME, B, 2, true));
        assertThat(refused.sendAfterPersist()).containsExactly(new VoteResponse(ME, C, 2, false));
        assertThat(repeated.sendAfterPersist()).containsExactly(new VoteResponse(ME, B, 2, true));
    }

    @Test
    void voteOfBeforeACrashIsRemembered() {
        restore(2, B, 0);
        node.step(new Tick(LATER));

        Effects effects = receive(new VoteRequest(C, ME, 2, LogPosition.ZERO, false));

        assertThat(effects.sendAfterPersist()).containsExactly(new VoteResponse(ME, C, 2, false));
    }

    @Test
    void candidateAsksForVotesOnlyAfterItsOwnIsDurable() {
        Effects effects = stand();

        assertThat(effects.hardState()).isEqualTo(new HardState(1, ME, 0));
        assertThat(effects.mustSync()).isTrue();
        assertThat(effects.sendNow()).isEmpty();
        assertThat(effects.sendAfterPersist())
                .containsExactly(
                        new VoteRequest(ME, B, 1, LogPosition.ZERO, false),
                        new VoteRequest(ME, C, 1, LogPosition.ZERO, false));
    }

    @Test
    void candidateLeadsOnceAMajorityVotedForItAndItsOwnVoteIsDurable() {
        Effects stands = stand();
        receive(new VoteResponse(B, ME, 1, true));
        assertThat(node.role()).isEqualTo(RoleKind.CANDIDATE);

        Effects leads = node.step(new Persisted(stands.persistId(), LATER));

        assertThat(node.role()).isEqualTo(RoleKind.LEADER);
        assertThat(leads.append()).containsExactly(new Entry(1, 1, EntryType.NO_OP, Bytes.EMPTY));
    }

    @Test
    void sameVoterCountsOnceAndAVoteOfAnotherTermNotAtAll() {
        Membership five = Membership.of(ME, B, C, new ReplicaId(4), new ReplicaId(5));
        node = new RawNode(RaftConfig.defaults(), ME, Restored.fresh(five), new Random(1), 0);
        node.step(new Tick(LATER));
        receive(new PreVoteResponse(B, ME, 1, true));
        Effects stands = receive(new PreVoteResponse(C, ME, 1, true));
        node.step(new Persisted(stands.persistId(), LATER));

        receive(new VoteResponse(B, ME, 1, true));
        receive(new VoteResponse(B, ME, 1, true));
        receive(new VoteResponse(C, ME, 0, true));

        assertThat(node.role()).isEqualTo(RoleKind.CANDIDATE);
    }

    @Test
    void candidateYieldsToALeaderOfItsTerm() {
        stand();

        receive(new AppendRequest(C, ME, 1, LogPosition.ZERO, List.of(), 0, 1));

        assertThat(node.role()).isEqualTo(RoleKind.FOLLOWER);
        assertThat(node.leader()).isEqualTo(C);
    }

    @Test
    void candidateWithoutMajorityAsksAgainAfterAnotherTimeout() {
        stand();

        node.step(new Tick(LATER + 3_000_000_000L));

        assertThat(node.role()).isEqualTo(RoleKind.PRE_CANDIDATE);
    }

    @Test
    void soleVoterMayNotCommitBeforeItsOwnDiskHasTheEntry() {
        node = new RawNode(RaftConfig.defaults(), ME, Restored.fresh(Membership.of(ME)), new Random(1), 0);
        Effects stands = node.step(new Tick(0));
        Effects leads = node.step(new Persisted(stands.persistId(), 0));
        assertThat(leads.committed()).isEmpty();

        Effects committed = node.step(new Persisted(leads.persistId(), 0));

        assertThat(committed.committed()).hasSize(1);
    }

    // Thesis 9.6: pre-vote; DESIGN section 3: stickiness.

    @Test
    void preVoteChangesNoTerm() {
        restore(1, null, 0);
        node.step(new Tick(LATER));

        Effects effects = receive(new PreVoteRequest(B, ME, 9, LogPosition.ZERO));

        assertThat(node.term()).isEqualTo(1);
        assertThat(effects.sendNow()).containsExactly(new PreVoteResponse(ME, B, 9, true));
    }

    @Test
    void replicaThatStartedAMomentAgoNeitherVotesNorRaisesItsTerm() {
        restore(1, null, 0, 1);

        Effects vote = receive(new VoteRequest(B, ME, 5, new LogPosition(1, 1), false));
        Effects preVote = receive(new PreVoteRequest(B, ME, 5, new LogPosition(1, 1)));

        assertThat(vote).isEqualTo(Effects.EMPTY);
        assertThat(preVote.sendNow()).containsExactly(new PreVoteResponse(ME, B, 1, false));
        assertThat(node.term()).isEqualTo(1);
    }

    @Test
    void electionThatTheLeaderAskedForIsExemptFromStickiness() {
        restore(1, null, 0, 1);
        receive(new Heartbeat(C, ME, 1, 0, 1));

        Effects effects = receive(new VoteRequest(B, ME, 2, new LogPosition(1, 1), true));

        assertThat(effects.sendAfterPersist()).containsExactly(new VoteResponse(ME, B, 2, true));
    }

    @Test
    void freshReplicaVotesAtOnce() {
        Effects effects = receive(new VoteRequest(B, ME, 1, LogPosition.ZERO, false));

        assertThat(effects.sendAfterPersist()).containsExactly(new VoteResponse(ME, B, 1, true));
    }

    @Test
    void firstElectionOfANewGroupIsOpenedAtOnceByTheVoterWithTheLowestId() {
        node.step(new Tick(1));
        assertThat(node.role()).isEqualTo(RoleKind.PRE_CANDIDATE);

        RawNode other = new RawNode(RaftConfig.defaults(), B, Restored.fresh(THREE), new Random(1), 0);
        other.step(new Tick(1));
        assertThat(other.role()).isEqualTo(RoleKind.FOLLOWER);
    }

    @Test
    void firstElectionIsTriedAgainWithEveryHeartbeatUntilTheOthersAreThere() {
        long interval = RaftConfig.defaults().heartbeatIntervalNanos();
        node.step(new Tick(1));

        assertThat(node.step(new Tick(interval)).sendNow()).isEmpty();
        assertThat(node.step(new Tick(1 + interval)).sendNow())
                .containsExactly(
                        new PreVoteRequest(ME, B, 1, LogPosition.ZERO), new PreVoteRequest(ME, C, 1, LogPosition.ZERO));
    }

    @Test
    void whoHasPromisedSomethingWaitsForAnElectionTimeoutAlsoWithTheLowestId() {
        restore(1, null, 0);

        node.step(new Tick(RaftConfig.defaults().electionTimeoutMinNanos() - 1));

        assertThat(node.role()).isEqualTo(RoleKind.FOLLOWER);
    }

    // Section 5.3: log replication.

    @Test
    void appendIsAcknowledgedOnlyAfterItIsDurable() {
        Effects effects = receive(append(1, LogPosition.ZERO, 0, entry(1, 1), entry(2, 1)));

        assertThat(effects.append()).hasSize(2);
        assertThat(effects.sendNow()).isEmpty();
        assertThat(effects.sendAfterPersist())
                .containsExactly(new AppendResponse(ME, B, 1, new AppendResult.Matched(2), 1));
    }

    @Test
    void doubledAppendIsAcknowledgedNoSoonerThanTheFirst() {
        Effects first = receive(append(1, LogPosition.ZERO, 0, entry(1, 1)));
        Effects second = receive(append(1, LogPosition.ZERO, 0, entry(1, 1)));

        assertThat(second.hasWrite()).isFalse();
        assertThat(second.sendNow()).isEmpty();
        assertThat(second.sendAfterPersist()).hasSize(1);
        assertThat(second.persistId()).isEqualTo(first.persistId());
    }

    @Test
    void appendAfterAPositionThatIsMissingIsRefusedWithAHint() {
        restore(1, null, 0, 1, 1);

        Effects effects = receive(append(1, new LogPosition(5, 1), 0, entry(6, 1)));

        assertThat(effects.sendAfterPersist()).isEmpty();
        assertThat(result(effects.sendNow())).isEqualTo(new AppendResult.Conflict(5, new LogPosition(2, 1)));
    }

    @Test
    void hintSkipsTheWholeTermsThatCannotMatch() {
        restore(4, null, 0, 1, 1, 3, 3, 3, 4, 4);

        Effects effects = receive(append(4, new LogPosition(6, 2), 0));

        assertThat(result(effects.sendNow())).isEqualTo(new AppendResult.Conflict(6, new LogPosition(2, 1)));
    }

    @Test
    void conflictingSuffixIsReplaced() {
        restore(2, null, 1, 1, 1, 1);

        Effects effects = receive(append(3, new LogPosition(1, 1), 1, entry(2, 3)));

        assertThat(effects.append()).containsExactly(entry(2, 3));
        assertThat(node.status().last()).isEqualTo(new LogPosition(2, 3));
    }

    @Test
    void lateShorterAppendErasesNothing() {
        receive(append(1, LogPosition.ZERO, 0, entry(1, 1), entry(2, 1), entry(3, 1)));

        Effects effects = receive(append(1, LogPosition.ZERO, 0, entry(1, 1)));

        assertThat(effects.append()).isEmpty();
        assertThat(node.status().last().index()).isEqualTo(3);
        assertThat(result(effects.sendAfterPersist())).isEqualTo(new AppendResult.Matched(1));
    }

    @Test
    void commitCoversOnlyWhatTheAppendVouchesForAndNeverFalls() {
        restore(1, null, 0, 1, 1, 1);

        receive(append(2, new LogPosition(1, 1), 3, entry(2, 1)));
        assertThat(node.commitIndex()).isEqualTo(2);
        receive(append(2, new LogPosition(1, 1), 1));
        assertThat(node.commitIndex()).isEqualTo(2);
    }

    @Test
    void truncationOfACommittedEntryStopsTheGroup() {
        restore(1, null, 2, 1, 1);

        assertThatThrownBy(() -> receive(append(2, LogPosition.ZERO, 0, entry(1, 1), entry(2, 2))))
                .isInstanceOf(BrokenInvariantException.class)
                .hasMessageContaining("committed");
    }

    @Test
    void gapOrFallingTermInAnAppendIsIgnored() {
        receive(append(3, LogPosition.ZERO, 0, entry(1, 1), entry(3, 1)));
        receive(append(3, LogPosition.ZERO, 0, entry(1, 2), entry(2, 1)));
        receive(append(3, LogPosition.ZERO, 0, entry(1, 4)));

        assertThat(node.status().last()).isEqualTo(LogPosition.ZERO);
    }

    @Test
    void leaderSendsBeforeItsOwnWriteIsDurableAndCountsItselfOnlyAfterwards() {
        lead();

        Effects proposed = node.step(Propose.of(7, Bytes.utf8("x"), Budget.CLIENT));
        assertThat(proposed.proposals()).containsExactly(new ProposalOutcome.Accepted(7, 2, 1));
        assertThat(proposed.sendNow()).hasSize(2);

        Effects acknowledged = receive(new AppendResponse(B, ME, 1, new AppendResult.Matched(2), 1));
        assertThat(acknowledged.committed()).isEmpty();
        Effects persisted = node.step(new Persisted(proposed.persistId(), LATER));
        assertThat(persisted.committed()).hasSize(1);
    }

    @Test
    void lateAndImpossibleAnswersMoveNoFollowerBackNorBeyondTheLog() {
        lead();
        node.step(new Propose(1, List.of(Bytes.utf8("a"), Bytes.utf8("b")), Budget.CLIENT));
        receive(new AppendResponse(B, ME, 1, new AppendResult.Matched(3), 1));

        receive(new AppendResponse(B, ME, 1, new AppendResult.Matched(1), 1));
        receive(new AppendResponse(B, ME, 1, new AppendResult.Conflict(2, LogPosition.ZERO), 1));
        receive(new AppendResponse(B, ME, 1, new AppendResult.Matched(99), 1));

        assertThat(node.status().peers().getFirst())
                .returns(3L, PeerStatus::matchIndex)
                .returns(4L, PeerStatus::nextIndex);
    }

    @Test
    void followerWithTooMuchToApplyTakesNoMoreUntilItHasApplied() {
        RaftConfig small = RaftConfig.defaults().withBudgets(1000, 40, 0);
        node = new RawNode(small, ME, Restored.fresh(THREE), new Random(1), 0);
        receive(append(1, LogPosition.ZERO, 2, entry(1, 1), entry(2, 1)));

        assertThat(receive(append(1, new LogPosition(2, 1), 2, entry(3, 1)))).isEqualTo(Effects.EMPTY);
        node.step(new Applied(2));

        assertThat(receive(append(1, new LogPosition(2, 1), 2, entry(3, 1))).append())
                .hasSize(1);
    }

    // Section 5.4: safety.

    @Test
    void followerRejectsVoteWhenItsLogIsAhead() {
        restore(3, null, 0, 1, 3);
        node.step(new Tick(LATER));

        Effects lowerTerm = receive(new VoteRequest(B, ME, 4, new LogPosition(9, 2), false));
        Effects shorter = receive(new VoteRequest(B, ME, 5, new LogPosition(1, 3), false));
        Effects equal = receive(new VoteRequest(B, ME, 6, new LogPosition(2, 3), false));

        assertThat(lowerTerm.sendAfterPersist()).containsExactly(new VoteResponse(ME, B, 4, false));
        assertThat(shorter.sendAfterPersist()).containsExactly(new VoteResponse(ME, B, 5, false));
        assertThat(equal.sendAfterPersist()).containsExactly(new VoteResponse(ME, B, 6, true));
    }

    @Test
    void entryOfAnEarlierTermIsNotCommittedByCounting() {
        restore(1, null, 0, 1);
        Effects noOp = lead(2, new LogPosition(1, 1));

        receive(new AppendResponse(B, ME, 2, new AppendResult.Matched(1), 1));
        assertThat(node.commitIndex()).isZero();
        node.step(new Persisted(noOp.persistId(), LATER));
        receive(new AppendResponse(B, ME, 2, new AppendResult.Matched(2), 1));

        assertThat(node.commitIndex()).isEqualTo(2);
    }

    // Section 7: snapshots.

    @Test
    void snapshotReplacesALogWithoutItsLastEntryAndKeepsOneWithIt() {
        restore(3, null, 1, 1, 2, 2);
        receive(new Heartbeat(B, ME, 3, 0, 1));
        SnapshotVerdict kept = verdict(new LogPosition(2, 2));
        assertThat(kept).isEqualTo(new SnapshotVerdict.Stale(new LogPosition(2, 2), 2));
        assertThat(verdict(new LogPosition(3, 3))).isEqualTo(new SnapshotVerdict.Install(new LogPosition(3, 3)));

        Effects installed = node.step(new SnapshotInstalled(new LogPosition(3, 3), THREE));

        assertThat(installed.snapshotVerdict()).isEqualTo(new SnapshotVerdict.Installed(new LogPosition(3, 3), false));
        assertThat(node.status().last()).isEqualTo(new LogPosition(3, 3));
        assertThat(node.commitIndex()).isEqualTo(3);
    }

    @Test
    void staleSnapshotIsRefused() {
        restore(3, null, 3, 1, 2, 2);

        assertThat(verdict(new LogPosition(2, 2))).isEqualTo(new SnapshotVerdict.Stale(new LogPosition(2, 2), 3));
    }

    @Test
    void releasedPrefixIsNoLongerSentAndWhatIsNotAppliedIsNotReleased() {
        restore(3, null, 3, 1, 2, 2);
        node.step(new Tick(0));
        node.step(new Applied(2));

        node.step(new Released(new LogPosition(2, 2)));

        assertThat(node.status().base()).isEqualTo(new LogPosition(2, 2));
        assertThatThrownBy(() -> node.step(new Released(new LogPosition(3, 9))))
                .isInstanceOf(BrokenInvariantException.class);
    }

    @Test
    void restoredLogWithAGapOrWithoutCommittedEntriesIsDamaged() {
        List<Entry> gap = List.of(entry(1, 1), entry(3, 1));
        assertThatThrownBy(() -> start(new Restored(HardState.INITIAL, LogPosition.ZERO, THREE, gap)))
                .hasMessageContaining("damaged");
        assertThatThrownBy(() -> start(new Restored(new HardState(1, null, 2), LogPosition.ZERO, THREE, List.of())))
                .hasMessageContaining("lost entries");
    }

    // Section 8 and thesis 6.2: who must not depose a leader.

    @Test
    void heartbeatIsAnsweredAtOnceUnlessTheTermIsNotDurable() {
        Effects first = receive(new Heartbeat(B, ME, 1, 0, 4));
        assertThat(first.sendNow()).isEmpty();
        assertThat(first.sendAfterPersist()).containsExactly(new HeartbeatResponse(ME, B, 1, 4));
        node.step(new Persisted(first.persistId(), 0));

        Effects second = receive(new Heartbeat(B, ME, 1, 0, 5));

        assertThat(second.sendNow()).containsExactly(new HeartbeatResponse(ME, B, 1, 5));
    }

    @Test
    void leaderHoldsOffAnElectionThatItDidNotAskFor() {
        lead();

        assertThat(receive(new VoteRequest(C, ME, 9, new LogPosition(9, 8), false)))
                .isEqualTo(Effects.EMPTY);
        assertThat(node.role()).isEqualTo(RoleKind.LEADER);
    }

    /** Else its last entries would wait there, committed but not applied, until something wakes the leader. */
    @Test
    void leaderFallsQuietOnlyOnceEachFollowerCanKnowWhatIsCommitted() {
        node = new RawNode(RaftConfig.defaults().withQuietAfterNanos(1), ME, Restored.fresh(THREE), new Random(1), 0);
        Effects noOp = lead(1, LogPosition.ZERO);
        node.step(new Persisted(noOp.persistId(), LATER));
        receive(new AppendResponse(B, ME, 1, new AppendResult.Matched(1), 1));
        long next = LATER + RaftConfig.defaults().heartbeatIntervalNanos();
        node.step(new Tick(next));
        // The round was answered before the entry came, so it could tell C of nothing committed.
        receive(new HeartbeatResponse(C, ME, 1, 2));
        receive(new HeartbeatResponse(B, ME, 1, 2));
        receive(new AppendResponse(C, ME, 1, new AppendResult.Matched(1), 1));

        node.step(new Tick(next + 10));
        assertThat(node.isQuiet()).isFalse();

        node.step(new Tick(next + RaftConfig.defaults().heartbeatIntervalNanos()));
        receive(new HeartbeatResponse(B, ME, 1, 3));
        receive(new HeartbeatResponse(C, ME, 1, 3));
        node.step(new Tick(next + RaftConfig.defaults().heartbeatIntervalNanos() + 10));
        assertThat(node.isQuiet()).isTrue();
        assertThat(node.dueNanos())
                .isGreaterThanOrEqualTo(LATER + RaftConfig.defaults().electionTimeoutMaxNanos());
    }

    @Test
    void nothingIsDueForAFollowerBeforeItsElectionTimeout() {
        restore(1, null, 0, 1);
        receive(new Heartbeat(B, ME, 1, 0, 1));

        assertThat(node.dueNanos()).isGreaterThanOrEqualTo(RaftConfig.defaults().electionTimeoutMinNanos());
        node.step(new Read(1, 5));
        assertThat(node.dueNanos()).isEqualTo(5);
    }

    @Test
    void aLeaderAtWorkIsAlwaysDue() {
        lead();

        assertThat(node.dueNanos()).isLessThanOrEqualTo(LATER);
    }

    private Effects receive(Message message) {
        return node.step(new Received(message, 0));
    }

    private void start(Restored restored) {
        node = new RawNode(RaftConfig.defaults(), ME, restored, new Random(1), 0);
    }

    private void restore(long term, @Nullable ReplicaId vote, long commit, long... terms) {
        List<Entry> entries = new ArrayList<>();
        for (long entryTerm : terms) {
            entries.add(entry(entries.size() + 1, entryTerm));
        }
        start(new Restored(new HardState(term, vote, commit), LogPosition.ZERO, THREE, entries));
    }

    private Effects stand() {
        node.step(new Tick(LATER));
        return receive(new PreVoteResponse(B, ME, node.term() + 1, true));
    }

    private void lead() {
        Effects noOp = lead(1, LogPosition.ZERO);
        node.step(new Persisted(noOp.persistId(), LATER));
        receive(new AppendResponse(B, ME, 1, new AppendResult.Matched(1), 1));
        receive(new AppendResponse(C, ME, 1, new AppendResult.Matched(1), 1));
    }

    private Effects lead(long term, LogPosition last) {
        Effects stands = stand();
        node.step(new Persisted(stands.persistId(), LATER));
        Effects leads = receive(new VoteResponse(B, ME, term, true));
        assertThat(node.role()).isEqualTo(RoleKind.LEADER);
        assertThat(stands.sendAfterPersist()).contains(new VoteRequest(ME, B, term, last, false));
        return leads;
    }

    private @Nullable SnapshotVerdict verdict(LogPosition position) {
        return node.step(new SnapshotOffered(B, 3, position, THREE, 0)).snapshotVerdict();
    }

    private static AppendRequest append(long term, LogPosition prev, long commit, Entry... entries) {
        return new AppendRequest(B, ME, term, prev, List.of(entries), commit, 1);
    }

    private static Entry entry(long index, long term) {
        return new Entry(index, term, EntryType.COMMAND, Bytes.utf8("x"));
    }

    private static AppendResult result(List<Message> messages) {
        assertThat(messages).hasSize(1);
        return ((AppendResponse) messages.getFirst()).result();
    }
}
