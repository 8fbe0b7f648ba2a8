package io.ostraka.shardkv.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LeaderGuessTest {

    private List<String> replicas = List.of("a:1", "b:1", "c:1");
    private final LeaderGuess guess = new LeaderGuess(() -> replicas);

    @Test
    void replicasAreTriedInTurn() {
        guess.turnFrom("a:1", "");
        assertThat(guess.address()).isEqualTo("b:1");
        guess.turnFrom("b:1", "");
        assertThat(guess.address()).isEqualTo("c:1");
        guess.turnFrom("c:1", "");
        assertThat(guess.address()).isEqualTo("a:1");
    }

    @Test
    void aHintIsFollowed_alsoToAReplicaThatTheConfigurationDoesNotShowYet() {
        guess.turnFrom("a:1", "moved:9");

        assertThat(guess.address()).isEqualTo("moved:9");
    }

    @Test
    void aHintThatDoesNotHelpIsForgotten_andTheReplicaBehindItIsNotAskedAgain() {
        guess.turnFrom("a:1", "b:1");
        guess.turnFrom("b:1", "");

        assertThat(guess.address()).isEqualTo("c:1");
    }

    @Test
    void severalThatAskedTheSameReplicaTurnFromItOnce() {
        guess.turnFrom("a:1", "c:1");
        guess.turnFrom("a:1", "");
        guess.turnFrom("a:1", "");

        assertThat(guess.address()).isEqualTo("c:1");
    }

    @Test
    void aReplicaThatNamesItselfIsNoHint() {
        guess.turnFrom("a:1", "a:1");

        assertThat(guess.address()).isEqualTo("b:1");
    }

    @Test
    void aGroupWithoutAddressesHasNobodyToAsk() {
        replicas = List.of();

        assertThat(guess.address()).isNull();
    }
}
