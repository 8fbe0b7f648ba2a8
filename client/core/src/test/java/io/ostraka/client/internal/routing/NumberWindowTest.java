package io.ostraka.client.internal.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.proto.Limits;
import org.junit.jupiter.api.Test;

class NumberWindowTest {

    private final NumberWindow window = new NumberWindow();

    @Test
    void lowestUnansweredPassesOnlyWhatHasEnded() {
        long first = window.begin();
        long second = window.begin();
        long third = window.begin();

        window.answered(second);
        assertThat(window.lowestUnanswered()).isEqualTo(first);

        window.answered(first);
        assertThat(window.lowestUnanswered()).isEqualTo(third);
    }

    @Test
    void windowIsFullWhenItsFirstWriteIsUnansweredAndOpensWhenThatEnds() {
        long first = window.begin();
        for (int i = 1; i < Limits.SESSION_WINDOW; i++) {
            window.answered(window.begin());
        }
        assertThat(window.hasRoom()).isFalse();

        window.answered(first);

        assertThat(window.hasRoom()).isTrue();
        assertThat(window.lowestUnanswered()).isEqualTo(Limits.SESSION_WINDOW + 1);
    }

    @Test
    void unknownWriteCanBeAskedForUntilTheWindowNeedsItsPlace() {
        long unknown = window.begin();
        window.unknown(unknown);
        for (int i = 1; i < Limits.SESSION_WINDOW; i++) {
            window.answered(window.begin());
        }
        assertThat(window.lowestUnanswered()).isEqualTo(unknown);
        assertThat(window.hasRoom()).isTrue();

        long next = window.begin();

        assertThat(window.lowestUnanswered()).isEqualTo(next);
    }

    @Test
    void numbersNeverRunAheadOfTheLowestByAWindow() {
        window.unknown(window.begin());
        long stuck = window.begin();
        for (int i = 0; i < 10 * Limits.SESSION_WINDOW && window.hasRoom(); i++) {
            long number = window.begin();
            assertThat(number - window.lowestUnanswered()).isLessThan(Limits.SESSION_WINDOW);
            window.answered(number);
        }

        assertThat(window.hasRoom()).isFalse();
        assertThat(window.lowestUnanswered()).isEqualTo(stuck);
    }
}
