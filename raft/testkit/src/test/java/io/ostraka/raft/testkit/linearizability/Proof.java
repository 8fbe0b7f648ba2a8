package io.ostraka.raft.testkit.linearizability;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.testkit.history.Call;
import io.ostraka.raft.testkit.history.Outcome;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Holds what a checker claims against the definition, so that no verdict has to be believed. */
final class Proof {

    private Proof() {}

    /** The orders hold every call that returned, respect time, and the model allows each. */
    static <S, O, R> void check(
            SequentialModel<S, O, R> model, List<Call<O, R>> history, Verdict.Linearizable<O, R> verdict) {
        Set<Call<O, R>> inOrders = new HashSet<>();
        for (List<Call<O, R>> order : verdict.orders()) {
            checkOrder(model, order);
            order.forEach(call -> assertThat(inOrders.add(call)).isTrue());
        }
        assertThat(history).containsAll(inOrders);
        assertThat(inOrders)
                .containsAll(history.stream()
                        .filter(call -> call.outcome() instanceof Outcome.Returned<R>)
                        .toList());
        assertThat(inOrders).noneMatch(call -> call.outcome() instanceof Outcome.NotApplied<R>);
    }

    /** Nothing stands before something that had returned when it was called, and each result is the model's. */
    static <S, O, R> void checkOrder(SequentialModel<S, O, R> model, List<Call<O, R>> order) {
        S state = model.initial();
        long latestCallNanos = Long.MIN_VALUE;
        for (Call<O, R> call : order) {
            R result = null;
            if (call.outcome() instanceof Outcome.Returned<R>(R told, long atNanos)) {
                assertThat(atNanos).as("%s is placed after a later call", call).isGreaterThanOrEqualTo(latestCallNanos);
                result = told;
            }
            latestCallNanos = Math.max(latestCallNanos, call.calledNanos());
            S after = model.step(state, call.operation(), result);
            assertThat(after).as("%s in %s", call, state).isNotNull();
            state = after;
        }
    }

    /** The longest order is one, and none of the calls that did not fit can follow on it. */
    static <S, O, R> void check(
            SequentialModel<S, O, R> exact, List<Call<O, R>> history, Verdict.Violated<O, R> verdict) {
        checkOrder(exact, verdict.longest());
        assertThat(verdict.unplaced()).isNotEmpty();
        SequentialModel<S, O, R> model = exact.of(history.stream()
                .filter(call -> verdict.parts().containsAll(exact.partsOf(call.operation())))
                .toList());
        for (Call<O, R> unplaced : verdict.unplaced()) {
            List<Call<O, R>> longer = new ArrayList<>(verdict.longest());
            assertThat(longer).doesNotContain(unplaced);
            longer.add(unplaced);
            assertThat(isAllowed(model, longer)).isFalse();
        }
    }

    private static <S, O, R> boolean isAllowed(SequentialModel<S, O, R> model, List<Call<O, R>> order) {
        S state = model.initial();
        for (Call<O, R> call : order) {
            R result = call.outcome() instanceof Outcome.Returned<R> returned ? returned.result() : null;
            S after = model.step(state, call.operation(), result);
            if (after == null) {
                return false;
            }
            state = after;
        }
        return true;
    }
}
