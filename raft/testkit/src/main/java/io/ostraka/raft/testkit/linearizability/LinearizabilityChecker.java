package io.ostraka.raft.testkit.linearizability;

import io.ostraka.raft.testkit.history.Call;
import io.ostraka.raft.testkit.history.KvOperation;
import io.ostraka.raft.testkit.history.KvResult;
import io.ostraka.raft.testkit.history.Outcome;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Decides whether a history is linearizable: whether some order of its calls, in which each takes effect between its
 * call and its return, is one that a sequential model allows. The algorithm is explained in {@code Search}. Immutable
 * and thread-safe.
 *
 * <pre>{@code
 * var checker = LinearizabilityChecker.ofKeysAndValues(Bound.DEFAULT);
 * Verdict<KvOperation, KvResult> verdict = checker.check(recorder.calls());
 * assertThat(verdict.isLinearizable()).as(verdict.toString()).isTrue();
 * }</pre>
 */
public final class LinearizabilityChecker<S, O, R> {

    private final SequentialModel<S, O, R> model;
    private final Bound bound;

    /** A checker against this model. */
    public LinearizabilityChecker(SequentialModel<S, O, R> model, Bound bound) {
        this.model = model;
        this.bound = bound;
    }

    /** A checker of keys with values and revisions. */
    public static LinearizabilityChecker<KvState, KvOperation, KvResult> ofKeysAndValues(Bound bound) {
        return new LinearizabilityChecker<>(KvModel.EXACT, bound);
    }

    /**
     * Checks a history, whose calls may be in any order.
     *
     * @throws IllegalArgumentException if two calls have one id
     */
    public Verdict<O, R> check(List<Call<O, R>> history) {
        List<Call<O, R>> possible = history.stream()
                .filter(call -> !(call.outcome() instanceof Outcome.NotApplied<R>))
                .toList();
        Set<Integer> ids = new HashSet<>();
        for (Call<O, R> call : history) {
            if (!ids.add(call.id())) {
                throw new IllegalArgumentException("two calls have the id " + call.id());
            }
        }
        List<List<Call<O, R>>> orders = new ArrayList<>();
        Verdict<O, R> undecided = null;
        for (Partitions.Partition<O, R> partition : Partitions.of(possible, model::partsOf)) {
            SequentialModel<S, O, R> informed = model.of(partition.calls());
            switch (new Search<>(informed, partition.calls(), bound).run()) {
                case Search.Ending.Ordered<O, R>(List<Call<O, R>> order) -> orders.add(order);
                case Search.Ending.Stuck<O, R> stuck -> {
                    return new Explanation<>(model, informed, partition).of(stuck);
                }
                case Search.Ending.GaveUp<O, R>(long configurations) ->
                    // A violation elsewhere says more, so the other partitions are looked at, too.
                    undecided = new Verdict.Undecided<>(partition.parts(), configurations);
            }
        }
        return undecided != null ? undecided : new Verdict.Linearizable<>(orders);
    }
}
