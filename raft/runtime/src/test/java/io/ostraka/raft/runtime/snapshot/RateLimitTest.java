package io.ostraka.raft.runtime.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RateLimitTest {

    private static final long SECOND = 1_000_000_000L;

    @Test
    void overManySecondsNoMoreThanTheRatePasses() {
        RateLimit rate = new RateLimit(1000, 0);
        long sent = 0;
        long now = 0;
        while (now < 100 * SECOND) {
            long wait = rate.spend(100, now);
            if (wait == 0) {
                sent += 100;
            } else {
                now += wait;
            }
        }
        assertThat(sent).isBetween(100L * 1000 - 500, 100L * 1000 + 500);
    }

    @Test
    void aChunkLargerThanTheBurstPassesAndIsPaidForAfterwards() {
        RateLimit rate = new RateLimit(1000, 0);

        assertThat(rate.spend(5000, 0)).isZero();
        assertThat(rate.spend(1, 0)).isGreaterThan(4 * SECOND);
        assertThat(rate.spend(1, 5 * SECOND)).isZero();
    }
}
