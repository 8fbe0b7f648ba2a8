package io.ostraka.raft.testkit.linearizability;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.testkit.history.KvOperation;
import io.ostraka.raft.testkit.history.KvResult;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * Histories that are known to be good or bad, drawn as {@link DrawnHistory} reads them. Each verdict is held against
 * its proof, and against a checker that tries everything.
 */
final class HandMadeHistoriesTest {

    private static void good(String picture) {
        Verdict<KvOperation, KvResult> verdict = ProvenVerdict.on(DrawnHistory.of(picture));
        assertThat(verdict.isLinearizable()).as(verdict.toString()).isTrue();
    }

    private static void bad(String picture) {
        assertThat(ProvenVerdict.on(DrawnHistory.of(picture)).isLinearizable()).isFalse();
    }

    /** One register without revisions: the examples of the literature. */
    @Nested
    final class Registers {

        @Test
        void historyWithoutCallsIsGood() {
            good("");
        }

        @Test
        void readsBeforeAnyWriteFindNothing() {
            good("""
                    a |get x -> absent|
                    b     |get x -> absent|
                    """);
        }

        @Test
        void writesAndReadsOneAfterTheOther() {
            good("""
                    a |put x 1 -> ok|               |put x 2 -> ok|
                    b                 |get x -> 1|                  |get x -> 2|
                    """);
        }

        @Test
        void readThatOverlapsAWriteFindsTheOldValue() {
            good("""
                    a |put x 1 -> ok| |put x 2 -> ok     |
                    b                    |get x -> 1|
                    """);
        }

        @Test
        void readThatOverlapsAWriteFindsTheNewValue() {
            good("""
                    a |put x 1 -> ok| |put x 2 -> ok     |
                    b                    |get x -> 2|
                    """);
        }

        @Test
        void staleRead() {
            bad("""
                    a |put x 1 -> ok| |put x 2 -> ok|
                    b                                 |get x -> 1|
                    """);
        }

        @Test
        void readOfNothingAfterAWrite() {
            bad("""
                    a |put x 1 -> ok|
                    b                 |get x -> absent|
                    """);
        }

        @Test
        void readOfWhatNobodyWrote() {
            bad("""
                    a |put x 1 -> ok|
                    b    |get x -> 7|
                    """);
        }

        @Test
        void readFromTheFuture() {
            bad("""
                    a              |put x 1 -> ok|
                    b |get x -> 1|
                    """);
        }

        @Test
        void newOldInversionInOneClient() {
            bad("""
                    a |put x 1 -> ok| |put x 2 -> ok                            |
                    b                    |get x -> 2| |get x -> 1|
                    """);
        }

        @Test
        void newOldInversionOverTwoClients() {
            bad("""
                    a |put x 1 -> ok| |put x 2 -> ok                            |
                    b                    |get x -> 2|
                    c                                 |get x -> 1|
                    """);
        }

        @Test
        void twoReadsThatOverlapMayDisagree() {
            good("""
                    a |put x 1 -> ok| |put x 2 -> ok                            |
                    b                    |get x -> 2            |
                    c                      |get x -> 1        |
                    """);
        }

        @Test
        void twoClientsReadTwoWritesInDifferentOrders() {
            bad("""
                    a |put x 1 -> ok|
                    b |put x 2 -> ok|
                    c                 |get x -> 1| |get x -> 2|
                    d                 |get x -> 2| |get x -> 1|
                    """);
        }

        @Test
        void eitherOfTwoWritesThatOverlapCanBeLast() {
            good("""
                    a |put x 1 -> ok|
                    b   |put x 2 -> ok|
                    c                  |get x -> 1| |get x -> 1|
                    """);
        }

        @Test
        void writesThatOverlapMayTakeEffectInAnyOrderButOneOnly() {
            bad("""
                    a |put x 1 -> ok|
                    b   |put x 2 -> ok|
                    c                  |get x -> 1| |get x -> 2|
                    """);
        }

        @Test
        void lateWriteOfASlowClientIsReadInBetween() {
            good("""
                    a |put x 1 -> ok                                           |
                    b   |get x -> absent| |put x 2 -> ok| |get x -> 2| |get x -> 1|
                    """);
        }

        @Test
        void eventsOfOneMomentCountAsOverlapping() {
            good("""
                    a |put x 1 -> ok|
                    b               |get x -> absent|
                    """);
        }

        /** Herlihy and Wing's example of what is sequentially consistent and not linearizable. */
        @Test
        void writeThatItsOwnClientSeesAndALaterOneDoesNot() {
            bad("""
                    a |put x 1 -> ok|
                    b                 |put x 2 -> ok| |get x -> 1|
                    """);
        }
    }

    /** Writes whose outcome is unknown, and writes that are known not to have been applied. */
    @Nested
    final class Outcomes {

        @Test
        void unknownWriteThatIsNeverSeen() {
            good("""
                    a |put x 1 -> ok| |put x 2 -> ?|
                    b                                 |get x -> 1| |get x -> 1|
                    """);
        }

        @Test
        void unknownWriteThatTakesEffectMuchLater() {
            good("""
                    a |put x 1 -> ok| |put x 2 -> ?|
                    b                                 |get x -> 1| |get x -> 2|
                    """);
        }

        @Test
        void unknownWriteThatAppearsThenDisappears() {
            bad("""
                    a |put x 1 -> ok| |put x 2 -> ?|
                    b                                 |get x -> 2| |get x -> 1|
                    """);
        }

        @Test
        void unknownWriteTakesEffectOnce() {
            bad("""
                    a |put x 2 -> ?|
                    b                 |get x -> 2| |put x 1 -> ok| |get x -> 1| |get x -> 2|
                    """);
        }

        @Test
        void unknownWriteIsNotSeenBeforeItsCall() {
            bad("""
                    a              |put x 1 -> ?|
                    b |get x -> 1|
                    """);
        }

        @Test
        void readOfAnAbortedWrite() {
            bad("""
                    a |put x 1 -> ok| |put x 2 -> no|
                    b                                 |get x -> 2|
                    """);
        }

        @Test
        void abortedWriteLeavesNoTrace() {
            good("""
                    a |put x 1 -> ok| |put x 2 -> no|
                    b                                 |get x -> 1|
                    """);
        }

        @Test
        void historyOfUnknownCallsOnlyIsGood() {
            good("""
                    a |put x 1 -> ?|
                    b   |cas x 4 2 -> ?|
                    c     |get x -> ?|
                    """);
        }

        @Test
        void twoUnknownAppendsSeenOneAfterTheOther() {
            good("""
                    a |append x 1 -> ?|
                    b |append x 2 -> ?|
                    c                   |get x -> absent| |get x -> 2| |get x -> 21|
                    """);
        }

        @Test
        void twoUnknownAppendsSeenInTwoOrders() {
            bad("""
                    a |append x 1 -> ?|
                    b |append x 2 -> ?|
                    c                   |get x -> 21|
                    d                                  |get x -> 12|
                    """);
        }

        @Test
        void unknownDeleteExplainsThatAKeyIsGone() {
            good("""
                    a |put x 1 -> ok| |delete x -> ?|
                    b                                  |get x -> 1| |get x -> absent|
                    """);
        }
    }

    /** Appends: what a lost, a doubled or a torn one looks like. */
    @Nested
    final class Appends {

        @Test
        void appendsOfTwoClientsInterleave() {
            good("""
                    a |append x 1 -> ok| |append x 2 -> ok|
                    b   |append x 7 -> ok|
                    c                                       |get x -> 172|
                    """);
        }

        @Test
        void duplicatedAppend() {
            bad("""
                    a |append x 1 -> ok|
                    b                     |get x -> 11|
                    """);
        }

        @Test
        void unknownAppendThatWasRetriedAndDoneTwice() {
            bad("""
                    a |append x 1 -> ?|
                    b                     |get x -> 1| |get x -> 11|
                    """);
        }

        @Test
        void lostUpdate() {
            bad("""
                    a |append x 1 -> ok|
                    b   |append x 2 -> ok|
                    c                      |get x -> 2|
                    """);
        }

        @Test
        void appendsOfOneClientSwapped() {
            bad("""
                    a |append x 1 -> ok| |append x 2 -> ok|
                    b                                       |get x -> 21|
                    """);
        }

        @Test
        void appendThatVanishesAgain() {
            bad("""
                    a |append x 1 -> ok|   |append x 2 -> ok                 |
                    b                         |get x -> 12| |get x -> 1|
                    """);
        }

        @Test
        void appendToADeletedKeyBeginsAnew() {
            good("""
                    a |append x 1 -> ok 1| |delete x -> deleted 2| |append x 2 -> ok 3|
                    b                                                                   |get x -> 2 @3|
                    """);
        }
    }

    /** Revisions, and compare-and-set on them. */
    @Nested
    final class Revisions {

        @Test
        void revisionsGrowWithTheOrderOfWrites() {
            good("""
                    a |put x 1 -> ok 4|  |cas x 4 3 -> ok 9|
                    b    |put x 2 -> ok 3|                     |get x -> 3 @9|
                    """);
        }

        @Test
        void laterWriteWithALowerRevision() {
            bad("""
                    a |put x 1 -> ok 5| |put x 2 -> ok 4|
                    """);
        }

        @Test
        void twoWritesWithOneRevision() {
            bad("""
                    a |put x 1 -> ok 5|
                    b |put x 2 -> ok 5|
                    """);
        }

        @Test
        void readOfARevisionThatHadAnotherValue() {
            bad("""
                    a |put x 1 -> ok 5|
                    b                  |get x -> 1 @6|
                    """);
        }

        @Test
        void compareAndSetSucceedsTwiceFromOneRevision() {
            bad("""
                    a |put x 1 -> ok 1| |cas x 1 2 -> ok 2|
                    b                   |cas x 1 3 -> ok 3|
                    """);
        }

        @Test
        void compareAndSetOfWhatIsThereMayNotFail() {
            bad("""
                    a |put x 1 -> ok 1| |cas x 1 2 -> failed|
                    """);
        }

        @Test
        void oneOfTwoCompareAndSetsFailsAndSeesTheOther() {
            good("""
                    a |put x 1 -> ok 1| |cas x 1 2 -> failed 2|
                    b                   |cas x 1 3 -> ok 2|       |get x -> 3 @2|
                    """);
        }

        @Test
        void compareAndSetFailsBecauseOfWhatWasOnlyWrittenLater() {
            bad("""
                    a |put x 1 -> ok 1| |cas x 4 2 -> failed 2|
                    b                                           |put x 3 -> ok 2|
                    """);
        }

        @Test
        void creationSucceedsTwice() {
            bad("""
                    a |cas x 0 1 -> ok 1|
                    b |cas x 0 2 -> ok 2|
                    """);
        }

        @Test
        void creationSucceedsAgainAfterADeletion() {
            good("""
                    a |cas x 0 1 -> ok 1|                         |cas x 0 2 -> ok 3|
                    b                     |delete x -> deleted 2|
                    """);
        }

        @Test
        void unknownWriteHasARevisionThatOthersSee() {
            good("""
                    a |put x 1 -> ok 3| |put x 2 -> ?|
                    b                                  |get x -> 2 @7| |cas x 7 5 -> ok 8|
                    """);
        }

        @Test
        void unknownWriteHasOneRevisionOnly() {
            bad("""
                    a |put x 1 -> ok 3| |put x 2 -> ?|
                    b                                  |get x -> 2 @7| |get x -> 2 @8|
                    """);
        }

        @Test
        void twoUnknownWritesDoNotFitBetweenTwoRevisions() {
            bad("""
                    a |append x 1 -> ok 3|                     |append x 2 -> ok 5|
                    b                      |append x 7 -> ?|
                    c                      |append x 8 -> ?|                        |get x -> 1782 @5|
                    """);
        }

        @Test
        void oneUnknownWriteFitsBetweenTwoRevisions() {
            good("""
                    a |append x 1 -> ok 3|                     |append x 2 -> ok 5|
                    b                      |append x 7 -> ?|
                    c                                                               |get x -> 172 @5|
                    """);
        }

        @Test
        void unknownCompareAndSetTookEffectOnlyIfItCould() {
            bad("""
                    a |put x 1 -> ok 3| |cas x 2 2 -> ?|
                    b                                    |get x -> 2|
                    """);
        }
    }

    /** Deletions. */
    @Nested
    final class Deletions {

        @Test
        void deletedKeyIsGone() {
            good("""
                    a |put x 1 -> ok 1| |delete x -> deleted 2|
                    b                                           |get x -> absent| |delete x -> nothing 3|
                    """);
        }

        @Test
        void deletedValueResurrected() {
            bad("""
                    a |put x 1 -> ok 1| |delete x -> deleted 2|
                    b                                           |get x -> absent| |get x -> 1 @1|
                    """);
        }

        @Test
        void oneValueDeletedTwice() {
            bad("""
                    a |put x 1 -> ok| |delete x -> deleted|
                    b                 |delete x -> deleted|
                    """);
        }

        @Test
        void deletionThatFoundNothingWhereSomethingWas() {
            bad("""
                    a |put x 1 -> ok| |delete x -> nothing|
                    """);
        }

        @Test
        void deletionOfWhichOnlyTheRevisionIsKnown() {
            good("""
                    a |put x 1 -> ok 1| |delete x -> ok 2|
                    b                                       |get x -> absent| |delete x -> ok 3|
                    """);
        }
    }

    /** Several keys: they are independent, unless a batch joins them. */
    @Nested
    final class Batches {

        @Test
        void keysWithoutABatchAreIndependent() {
            good("""
                    a |put x 1 -> ok 7| |put y 1 -> ok 3|
                    b                                      |get y -> 1 @3| |get x -> 1 @7|
                    """);
        }

        @Test
        void batchIsSeenWhole() {
            good("""
                    a |batch put x 1; put y 1 -> ok 1        |
                    b    |get y -> absent| |get x -> 1 @1| |get y -> 1 @1|
                    """);
        }

        @Test
        void batchHalfVisible() {
            bad("""
                    a |batch put x 1; put y 1 -> ok                          |
                    b    |get x -> 1| |get y -> absent|
                    """);
        }

        @Test
        void batchOfUnknownOutcomeHalfVisible() {
            bad("""
                    a |batch put x 1; put y 1 -> ?|
                    b                               |get x -> 1| |get y -> absent|
                    """);
        }

        @Test
        void batchOfUnknownOutcomeIsSeenWholeOrNotAtAll() {
            good("""
                    a |batch put x 1; put y 1 -> ?|
                    b                               |get x -> absent| |get y -> 1| |get x -> 1|
                    """);
        }

        @Test
        void readsOfTwoKeysDisagreeOnTheOrderOfTwoBatches() {
            bad("""
                    a |batch put x 1; put y 1 -> ok|
                    b |batch put x 2; put y 2 -> ok|
                    c                               |get x -> 1| |get y -> 2|
                    """);
        }

        @Test
        void batchWhoseConditionFailsChangesNothing() {
            good("""
                    a |put x 1 -> ok 1| |batch put y 1; cas x 9 2 -> failed 1|
                    b                                                          |get y -> absent| |get x -> 1 @1|
                    """);
        }

        @Test
        void batchWhoseConditionFailsAndThatChangedSomething() {
            bad("""
                    a |put x 1 -> ok 1| |batch put y 1; cas x 9 2 -> failed 1|
                    b                                                          |get y -> 1|
                    """);
        }

        @Test
        void laterWritesOfABatchSeeEarlierOnes() {
            good("""
                    a |batch put x 1; append x 2; delete y; cas y 0 3 -> ok 4|
                    b                                                          |get x -> 12 @4| |get y -> 3 @4|
                    """);
        }

        @Test
        void writeSkewOfTwoConditionalBatches() {
            bad("""
                    a |batch cas x 0 1; put y 1 -> ok 1|
                    b |batch cas y 0 2; put x 2 -> ok 2|
                    """);
        }
    }
}
