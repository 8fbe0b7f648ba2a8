package io.ostraka.it.smallscope;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The engine itself, on puzzles whose answers are known. */
final class ExplorerTest {

    /** Two jugs of 3 and 5 litres, a tap and a sink: the wanted amount is in the larger one after six steps. */
    private record Jugs(int wanted) implements Model {

        private static final int[] SIZES = {3, 5};

        @Override
        public int[] initial() {
            return new int[2];
        }

        @Override
        public void steps(int[] jugs, Steps steps) {
            for (int jug = 0; jug < 2; jug++) {
                int other = 1 - jug;
                int[] filled = jugs.clone();
                filled[jug] = SIZES[jug];
                steps.to(jug, filled);
                int[] emptied = jugs.clone();
                emptied[jug] = 0;
                steps.to(2 + jug, emptied);
                int poured = Math.min(jugs[jug], SIZES[other] - jugs[other]);
                int[] after = jugs.clone();
                after[jug] -= poured;
                after[other] += poured;
                steps.to(4 + jug, after);
            }
        }

        @Override
        public @Nullable String violation(int[] jugs) {
            return jugs[1] == wanted ? "found" : null;
        }

        @Override
        public String tell(int[] before, int step, int[] after) {
            return step + ": " + after[0] + "+" + after[1];
        }
    }

    /** A field of so many places each way, walked right and down. */
    private record Field(int side) implements Model {

        @Override
        public int[] initial() {
            return new int[2];
        }

        @Override
        public void steps(int[] at, Steps steps) {
            for (int way = 0; way < 2; way++) {
                int[] next = at.clone();
                next[way]++;
                if (next[way] < side) {
                    steps.to(way, next);
                }
            }
        }

        @Override
        public @Nullable String violation(int[] at) {
            return null;
        }

        @Override
        public String tell(int[] before, int step, int[] after) {
            return step == 0 ? "right" : "down";
        }
    }

    @Test
    void shortestWayIsFoundAndTold() {
        Explorer.Outcome outcome = new Explorer(new Jugs(4)).explore(1_000);

        assertThat(outcome.violation()).isEqualTo("found");
        assertThat(outcome.story()).containsExactly("1: 0+5", "5: 3+2", "2: 0+2", "5: 2+0", "1: 2+5", "5: 3+4");
        assertThat(outcome.told()).contains("  6. 5: 3+4").endsWith("=> found");
    }

    @Test
    void allStatesAreFoundOnceWhereNothingIsWrong() {
        Explorer.Outcome outcome = new Explorer(new Jugs(99)).explore(1_000);

        assertThat(outcome.violation()).isNull();
        assertThat(outcome.whole()).isTrue();
        assertThat(outcome.states()).as("every state with a jug full or empty").isEqualTo(16);
    }

    @Test
    void setOfStatesGrowsWithoutLosingAny() {
        Explorer explorer = new Explorer(new Field(300));

        Explorer.Outcome outcome = explorer.explore(Integer.MAX_VALUE);

        assertThat(outcome.states()).isEqualTo(90_000);
        assertThat(outcome.whole()).isTrue();
        assertThat(outcome.depth()).isEqualTo(598);
        assertThat(explorer.state(89_999)).containsExactly(299, 299);
        assertThat(explorer.story(89_999)).hasSize(598);
    }

    @Test
    void searchEndsAtItsBoundAndSaysSo() {
        Explorer.Outcome outcome = new Explorer(new Field(300)).explore(5_000);

        assertThat(outcome.whole()).isFalse();
        assertThat(outcome.states()).isBetween(5_000, 5_002);
    }

    @Test
    void wrongBeginningIsToldWithoutAStep() {
        Explorer.Outcome outcome = new Explorer(new Jugs(0)).explore(10);

        assertThat(outcome.violation()).isEqualTo("found");
        assertThat(outcome.steps()).isZero();
    }
}
