package io.ostraka.raft.testkit.linearizability;

import static io.ostraka.raft.testkit.linearizability.HandMade.bad;
import static io.ostraka.raft.testkit.linearizability.HandMade.good;

import org.junit.jupiter.api.Test;

/** Writes whose outcome is unknown, and writes that are known not to have been applied. */
final class OutcomeHistoriesTest {

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
    void unknownPutsTakeEffectInAnotherOrderThanTheyWereMade() {
        good("""
                a |put x 1 -> ?|
                b                |put x 2 -> ?|
                c                               |get x -> 2| |get x -> 1|
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

    /** The first order that is tried needs the deletion in between, and then lacks it at the end. */
    @Test
    void unknownWriteIsLeftForLaterWhereAnotherOrderDoesWithoutIt() {
        good("""
                a |put x 1 -> ok    |
                b |cas x 0 2 -> ok  |
                c |delete x -> ?|
                d                     |put x 9 -> ok 50| |get x -> absent|
                """);
    }
}
