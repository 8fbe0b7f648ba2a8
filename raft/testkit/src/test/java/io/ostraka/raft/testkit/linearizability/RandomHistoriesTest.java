package io.ostraka.raft.testkit.linearizability;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.testkit.history.Call;
import io.ostraka.raft.testkit.history.KvOperation;
import io.ostraka.raft.testkit.history.KvResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The checkers on histories of a linearizable object, as they are and with one result changed. */
final class RandomHistoriesTest {

    private static final int SMALL_HISTORIES = 2_000;
    private static final int LARGE_HISTORIES = 25;

    private final LinearizabilityChecker<KvState, KvOperation, KvResult> checker =
            LinearizabilityChecker.ofKeysAndValues(Bound.DEFAULT);

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void smallHistoriesOfOneKeyAreJudgedAsByTryingEverything(boolean tellsRevisions) {
        RandomHistory.Plan plan = new RandomHistory.Plan(3, 7, 1, 2, 0.1, 0.25, 0.05, 1, tellsRevisions);
        int bad = 0;
        for (long seed = 1; seed <= SMALL_HISTORIES; seed++) {
            Random random = new Random(seed);
            List<Call<KvOperation, KvResult>> history =
                    new ArrayList<>(RandomHistory.of(plan, seed).calls());
            if (seed % 4 != 0) {
                ChangedResult.in(history, random);
            }

            Verdict<KvOperation, KvResult> verdict = checker.check(history);

            assertThat(verdict.isLinearizable())
                    .as("seed %d: %s\n%s", seed, history, verdict)
                    .isEqualTo(NaiveKv.isLinearizable(history));
            bad += verdict.isLinearizable() ? 0 : 1;
            prove(history, verdict);
        }
        assertThat(bad).as("bad histories").isBetween(SMALL_HISTORIES / 10, SMALL_HISTORIES * 9 / 10);
    }

    /** With unknown outcomes and several keys in one partition, the model may allow a little too much. */
    @Test
    void smallHistoriesOfJoinedKeysAreNeverCalledBadIfTheyAreGood() {
        RandomHistory.Plan plan = new RandomHistory.Plan(3, 7, 2, 2, 0.5, 0.2, 0, 1, true);
        int good = 0;
        int allowedTooMuch = 0;
        for (long seed = 1; seed <= SMALL_HISTORIES; seed++) {
            List<Call<KvOperation, KvResult>> history =
                    new ArrayList<>(RandomHistory.of(plan, seed).calls());
            if (seed % 2 != 0) {
                ChangedResult.in(history, new Random(seed));
            }
            boolean naive = NaiveKv.isLinearizable(history);

            Verdict<KvOperation, KvResult> verdict = checker.check(history);

            prove(history, verdict);
            good += naive ? 1 : 0;
            allowedTooMuch += verdict.isLinearizable() && !naive ? 1 : 0;
            if (naive) {
                assertThat(verdict.isLinearizable())
                        .as("seed %d: %s\n%s", seed, history, verdict)
                        .isTrue();
            }
        }
        assertThat(good).isBetween(SMALL_HISTORIES / 3, SMALL_HISTORIES * 9 / 10);
        assertThat(allowedTooMuch).isLessThan(SMALL_HISTORIES / 200);
    }

    @Test
    void smallHistoriesOfJoinedKeysWithoutUnknownOutcomesAreJudgedAsByTryingEverything() {
        RandomHistory.Plan plan = new RandomHistory.Plan(3, 7, 2, 2, 0.5, 0, 0.1, 1, true);
        for (long seed = 1; seed <= SMALL_HISTORIES; seed++) {
            List<Call<KvOperation, KvResult>> history =
                    new ArrayList<>(RandomHistory.of(plan, seed).calls());
            ChangedResult.in(history, new Random(seed));
            boolean naive = NaiveKv.isLinearizable(history);

            Verdict<KvOperation, KvResult> verdict = checker.check(history);

            assertThat(verdict.isLinearizable())
                    .as("seed %d: %s\n%s", seed, history, verdict)
                    .isEqualTo(naive);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.02, 0.1})
    void historiesOfALinearizableObjectPassBothChecks(double unknownRate) {
        RandomHistory.Plan plan = new RandomHistory.Plan(8, 500, 4, 0, 0.05, unknownRate, 0.02, 0, true);
        for (long seed = 1; seed <= LARGE_HISTORIES; seed++) {
            RandomHistory history = RandomHistory.of(plan, seed);

            Verdict<KvOperation, KvResult> verdict = checker.check(history.calls());

            assertThat(verdict.isLinearizable())
                    .as("seed %d: %s", seed, verdict)
                    .isTrue();
            prove(history.calls(), verdict);
            assertThat(new CommitOrderCheck<>(KvModel.EXACT).check(history.calls(), history.commits()))
                    .as("seed %d", seed)
                    .isEmpty();
        }
    }

    @Test
    void historiesWithoutRevisionsAndWithFewValuesPass() {
        RandomHistory.Plan plan = new RandomHistory.Plan(5, 300, 3, 3, 0, 0.03, 0.02, 0, false);
        for (long seed = 1; seed <= LARGE_HISTORIES; seed++) {
            RandomHistory history = RandomHistory.of(plan, seed);

            Verdict<KvOperation, KvResult> verdict = checker.check(history.calls());

            assertThat(verdict.isLinearizable())
                    .as("seed %d: %s", seed, verdict)
                    .isTrue();
            prove(history.calls(), verdict);
        }
    }

    @Test
    void oneChangedResultAmongHundredsIsFound() {
        RandomHistory.Plan plan = new RandomHistory.Plan(8, 600, 4, 0, 0.05, 0.02, 0.02, 0, true);
        int foundBySearch = 0;
        int foundByOrder = 0;
        for (long seed = 1; seed <= LARGE_HISTORIES; seed++) {
            RandomHistory run = RandomHistory.of(plan, seed);
            List<Call<KvOperation, KvResult>> history = new ArrayList<>(run.calls());
            ChangedResult.in(history, new Random(seed));

            Verdict<KvOperation, KvResult> verdict = checker.check(history);

            assertThat(verdict).isNotInstanceOf(Verdict.Undecided.class);
            prove(history, verdict);
            boolean wrongOrder = !new CommitOrderCheck<>(KvModel.EXACT)
                    .check(history, run.commits())
                    .isEmpty();
            foundBySearch += verdict.isLinearizable() ? 0 : 1;
            foundByOrder += wrongOrder ? 1 : 0;
            // What has no order at all is not right in this one either.
            assertThat(verdict.isLinearizable() || wrongOrder)
                    .as("seed %d", seed)
                    .isTrue();
        }
        assertThat(foundBySearch).isGreaterThan(LARGE_HISTORIES * 8 / 10);
        assertThat(foundByOrder).isGreaterThan(LARGE_HISTORIES * 8 / 10);
    }

    private static void prove(List<Call<KvOperation, KvResult>> history, Verdict<KvOperation, KvResult> verdict) {
        switch (verdict) {
            case Verdict.Linearizable<KvOperation, KvResult> good -> Proof.check(KvModel.EXACT, history, good);
            case Verdict.Violated<KvOperation, KvResult> bad -> Proof.check(KvModel.EXACT, history, bad);
            case Verdict.Undecided<KvOperation, KvResult> undecided ->
                assertThat(undecided).isNull();
        }
    }
}
