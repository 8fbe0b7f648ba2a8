package io.ostraka.raft.testkit.linearizability;

import static io.ostraka.raft.testkit.linearizability.HandMade.bad;
import static io.ostraka.raft.testkit.linearizability.HandMade.good;

import org.junit.jupiter.api.Test;

/** Revisions, and compare-and-set on them. */
final class RevisionHistoriesTest {

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
