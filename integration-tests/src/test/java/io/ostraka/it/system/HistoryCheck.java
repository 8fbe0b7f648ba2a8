package io.ostraka.it.system;

import io.ostraka.raft.testkit.history.Call;
import io.ostraka.raft.testkit.history.KvOperation;
import io.ostraka.raft.testkit.history.KvResult;
import io.ostraka.raft.testkit.linearizability.Bound;
import io.ostraka.raft.testkit.linearizability.LinearizabilityChecker;
import io.ostraka.raft.testkit.linearizability.Verdict;
import java.util.List;

/** Judges what the clients of a run were told. */
final class HistoryCheck {

    private final SystemWorld world;
    private final Workload workload;

    HistoryCheck(SystemWorld world, Workload workload) {
        this.world = world;
        this.workload = workload;
    }

    void check() {
        List<Call<KvOperation, KvResult>> calls = workload.calls();
        Verdict<KvOperation, KvResult> verdict =
                LinearizabilityChecker.ofKeysAndValues(Bound.DEFAULT).check(calls);
        if (!verdict.isLinearizable()) {
            throw new SystemViolation("the history of " + calls.size() + " calls: " + verdict);
        }
    }
}
