package io.ostraka.raft.testkit.linearizability;

import static io.ostraka.raft.testkit.linearizability.HandMade.bad;
import static io.ostraka.raft.testkit.linearizability.HandMade.good;

import org.junit.jupiter.api.Test;

/** Deletions. */
final class DeletionHistoriesTest {

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
