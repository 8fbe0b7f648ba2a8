package io.ostraka.raft.testkit.linearizability;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.testkit.history.KvOperation;
import io.ostraka.raft.testkit.history.KvResult;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How large a history may be. What is asserted is the work; the time is printed. */
final class LargeHistoryTest {

    @ParameterizedTest
    @CsvSource({
        // clients, calls, keys, share of unknown outcomes, revisions of others between two, whether revisions are told
        "16, 100000, 100, 0.001, 20, true",
        "16, 20000, 1, 0.001, 0, true",
        "16, 20000, 20, 0.001, 0, false",
    })
    void workGrowsNoFasterThanTheHistory(
            int clients, int calls, int keys, double unknownRate, int gap, boolean tellsRevisions) {
        RandomHistory.Plan plan =
                new RandomHistory.Plan(clients, calls, keys, 0, 0, unknownRate, 0.001, gap, tellsRevisions);
        RandomHistory history = RandomHistory.of(plan, 1);
        Bound bound = Bound.DEFAULT.withConfigurations(2L * calls / keys);

        long beginNanos = System.nanoTime();
        Verdict<KvOperation, KvResult> verdict =
                LinearizabilityChecker.ofKeysAndValues(bound).check(history.calls());
        long endNanos = System.nanoTime();

        System.out.printf(
                "checker: %d calls of %d clients on %d keys, revisions %s: %d ms, %s%n",
                calls,
                clients,
                keys,
                tellsRevisions ? "told" : "not told",
                (endNanos - beginNanos) / 1_000_000,
                verdict);
        assertThat(verdict.isLinearizable()).as(verdict.toString()).isTrue();
        assertThat(new CommitOrderCheck<>(KvModel.EXACT).check(history.calls(), history.commits()))
                .isEmpty();
    }
}
