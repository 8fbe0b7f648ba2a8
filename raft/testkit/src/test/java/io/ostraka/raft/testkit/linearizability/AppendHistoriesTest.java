package io.ostraka.raft.testkit.linearizability;

import static io.ostraka.raft.testkit.linearizability.HandMade.bad;
import static io.ostraka.raft.testkit.linearizability.HandMade.good;

import org.junit.jupiter.api.Test;

/** Appends: what a lost, a doubled or a torn one looks like. */
final class AppendHistoriesTest {

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
