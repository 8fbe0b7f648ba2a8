package io.ostraka.raft.testkit.linearizability;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.testkit.history.Call;
import io.ostraka.raft.testkit.history.KvOperation;
import io.ostraka.raft.testkit.history.KvResult;
import java.util.List;

/** The checker's verdict on a small history, held against its proof and against a checker that tries everything. */
final class ProvenVerdict {

    private ProvenVerdict() {}

    static Verdict<KvOperation, KvResult> on(List<Call<KvOperation, KvResult>> history) {
        Verdict<KvOperation, KvResult> verdict =
                LinearizabilityChecker.ofKeysAndValues(Bound.DEFAULT).check(history);
        switch (verdict) {
            case Verdict.Linearizable<KvOperation, KvResult> good -> Proof.check(KvModel.EXACT, history, good);
            case Verdict.Violated<KvOperation, KvResult> bad -> Proof.check(KvModel.EXACT, history, bad);
            case Verdict.Undecided<KvOperation, KvResult> undecided ->
                assertThat(undecided).isNull();
        }
        assertThat(verdict.isLinearizable()).as("as the naive checker says").isEqualTo(NaiveKv.isLinearizable(history));
        return verdict;
    }
}
