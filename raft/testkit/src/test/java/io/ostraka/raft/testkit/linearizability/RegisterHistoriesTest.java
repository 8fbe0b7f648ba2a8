package io.ostraka.raft.testkit.linearizability;

import static io.ostraka.raft.testkit.linearizability.HandMade.bad;
import static io.ostraka.raft.testkit.linearizability.HandMade.good;

import org.junit.jupiter.api.Test;

/** One register without revisions: the examples of the literature. */
final class RegisterHistoriesTest {

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
