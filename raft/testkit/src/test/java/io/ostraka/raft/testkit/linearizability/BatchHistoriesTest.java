package io.ostraka.raft.testkit.linearizability;

import static io.ostraka.raft.testkit.linearizability.HandMade.bad;
import static io.ostraka.raft.testkit.linearizability.HandMade.good;

import org.junit.jupiter.api.Test;

/** Several keys: they are independent, unless a batch joins them. */
final class BatchHistoriesTest {

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
