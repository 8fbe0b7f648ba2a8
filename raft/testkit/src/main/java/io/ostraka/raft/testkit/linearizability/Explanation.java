package io.ostraka.raft.testkit.linearizability;

import io.ostraka.raft.testkit.history.Call;
import io.ostraka.raft.testkit.history.Outcome;
import java.util.ArrayList;
import java.util.List;

/** Tells people why a partition is not linearizable. */
final class Explanation<S, O, R> {

    private static final int SHOWN_MAX = 12;

    private final SequentialModel<S, O, R> model;
    private final SequentialModel<S, O, R> informed;
    private final Partitions.Partition<O, R> partition;

    /**
     * Explains what happened in a partition.
     *
     * @param model shows states as they are
     * @param informed the model that was told of the calls, and knows why one does not fit
     */
    Explanation(
            SequentialModel<S, O, R> model, SequentialModel<S, O, R> informed, Partitions.Partition<O, R> partition) {
        this.model = model;
        this.informed = informed;
        this.partition = partition;
    }

    Verdict.Violated<O, R> of(Search.Ending.Stuck<O, R> stuck) {
        List<Call<O, R>> longest = stuck.longest();
        S state = stateAfter(informed, longest);
        // What would be allowed here, but only at the price of another call that is then too late, is not the trouble.
        List<Call<O, R>> unplaced = stuck.next().stream()
                .filter(call -> informed.step(state, call.operation(), resultOf(call)) == null)
                .toList();
        StringBuilder text = new StringBuilder("not linearizable: of ")
                .append(partition.calls().size())
                .append(" calls on ")
                .append(String.join(", ", partition.parts()))
                .append(", the longest order that can be has ")
                .append(longest.size())
                .append(":\n");
        int hidden = Math.max(0, longest.size() - SHOWN_MAX);
        if (hidden > 0) {
            text.append("  (").append(hidden).append(" before)\n");
        }
        List<Call<O, R>> shown = new ArrayList<>(longest.subList(hidden, longest.size()));
        shown.forEach(call -> line(text, call).append('\n'));
        text.append("Then ")
                .append(model.describe(stateAfter(model, longest)))
                .append(". Next must come one of these, and none can:\n");
        unplaced.stream().limit(SHOWN_MAX).forEach(call -> {
            line(text, call).append("    needs ").append(informed.needs(state, call.operation(), resultOf(call)));
            text.append('\n');
            shown.add(call);
        });
        text.append("When they ran:\n").append(new Timeline<>(shown));
        return new Verdict.Violated<>(partition.parts(), longest, unplaced, text.toString());
    }

    private static <S, O, R> S stateAfter(SequentialModel<S, O, R> model, List<Call<O, R>> order) {
        S state = model.initial();
        for (Call<O, R> call : order) {
            R result = call.outcome() instanceof Outcome.Returned<R> returned ? returned.result() : null;
            S after = model.step(state, call.operation(), result);
            if (after == null) {
                throw new IllegalStateException("the model allowed " + call + " in " + state + " before");
            }
            state = after;
        }
        return state;
    }

    private static <O, R> R resultOf(Call<O, R> call) {
        if (call.outcome() instanceof Outcome.Returned<R>(R result, long _)) {
            return result;
        }
        throw new IllegalStateException("call " + call.id() + " has no result");
    }

    private static StringBuilder line(StringBuilder text, Call<?, ?> call) {
        return text.append("  ").append(call.process()).append(": ").append(call);
    }
}
