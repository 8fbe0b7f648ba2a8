package io.ostraka.client.internal.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class MapFetchingTest {

    private final MapFetching fetching = new MapFetching(EngineConfig.DEFAULT.map(), new Random(7));

    /** Else all clients of a group without a leader keep the controllers busy. */
    @Test
    void whileNoOtherMapComesTheControllersAreAskedLessOften() {
        assertThat(pauseAfter(true)).isBetween(50L, 100L);
        assertThat(pauseAfter(false)).isBetween(100L, 200L);
        assertThat(pauseAfter(false)).isBetween(100L, 200L);
        assertThat(pauseAfter(true)).isBetween(50L, 100L);
    }

    @Test
    void oneQuestionIsUnderWayAtATime() {
        fetching.want();
        assertThat(fetching.isDue(0)).isTrue();

        fetching.want();

        assertThat(fetching.isDue(1_000_000_000)).isFalse();
    }

    private long pauseAfter(boolean news) {
        fetching.arrived(news, 0);
        fetching.want();
        return fetching.nextNanos() / 1_000_000;
    }
}
