package io.ostraka.raft.testkit.linearizability;

import io.ostraka.raft.testkit.history.Call;
import io.ostraka.raft.testkit.history.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** When a call was made, or when it returned. */
record Moment<O, R>(long nanos, boolean isReturn, Call<O, R> call) {

    /**
     * The moments of all calls, one after the other. Of those at one time the calls come first: what may have
     * overlapped counts as overlapping.
     */
    static <O, R> List<Moment<O, R>> inOrder(List<Call<O, R>> calls) {
        List<Moment<O, R>> moments = new ArrayList<>(2 * calls.size());
        for (Call<O, R> call : calls) {
            moments.add(new Moment<>(call.calledNanos(), false, call));
            if (call.outcome() instanceof Outcome.Returned<R>(R _, long atNanos)) {
                moments.add(new Moment<>(atNanos, true, call));
            }
        }
        Comparator<Moment<O, R>> byTime = Comparator.comparingLong(Moment::nanos);
        moments.sort(byTime.thenComparing(Moment::isReturn)
                .thenComparingInt(moment -> moment.call().id()));
        return moments;
    }
}
