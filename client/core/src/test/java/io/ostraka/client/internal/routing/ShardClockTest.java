package io.ostraka.client.internal.routing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ShardClockTest {

    private static final long SECOND = 1_000_000_000;

    private final ShardClock clock = new ShardClock();

    @Test
    void knowsNoTimeUntilALeaderTellsIt() {
        assertThat(clock.nowMillis(5 * SECOND)).isZero();
    }

    @Test
    void carriesOnWhatItWasTold() {
        clock.told(100_000, SECOND);

        assertThat(clock.nowMillis(SECOND)).isEqualTo(100_000);
        assertThat(clock.nowMillis(4 * SECOND)).isEqualTo(103_000);
    }

    @Test
    void lateAnswerDoesNotSetItBack() {
        clock.told(100_000, SECOND);

        clock.told(99_000, 2 * SECOND);

        assertThat(clock.nowMillis(2 * SECOND)).isEqualTo(101_000);
    }

    @Test
    void leaderThatRefusesItsTimeCorrectsIt() {
        clock.told(500_000, SECOND);

        clock.correct(100_000, SECOND);

        assertThat(clock.nowMillis(SECOND)).isEqualTo(100_000);
    }
}
