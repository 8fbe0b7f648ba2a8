package io.ostraka.client.internal.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {

    @Test
    void delayDoublesUpToItsMostAndIsAtLeastHalfOfThat() {
        Backoff backoff = new Backoff(10, 200);
        Random random = new Random(7);
        long[] ceilings = {10, 20, 40, 80, 160, 200, 200, 200};
        for (int failures = 1; failures <= ceilings.length; failures++) {
            for (int i = 0; i < 100; i++) {
                long ceiling = ceilings[failures - 1];
                assertThat(backoff.delayNanos(failures, random)).isBetween(ceiling / 2, ceiling);
            }
        }
    }

    @Test
    void manyFailuresDoNotOverflow() {
        Backoff backoff = new Backoff(10_000_000, 500_000_000);

        assertThat(backoff.delayNanos(1_000_000, new Random(7))).isBetween(250_000_000L, 500_000_000L);
    }
}
