package io.ostraka.raft.testkit.linearizability;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.testkit.history.KvOperation;
import io.ostraka.raft.testkit.history.KvResult;

/**
 * Histories that are known to be good or bad, drawn as {@link DrawnHistory} reads them. Each verdict is held against
 * its proof, and against a checker that tries everything.
 */
final class HandMade {

    private HandMade() {}

    /** The history must be called linearizable. */
    static void good(String picture) {
        Verdict<KvOperation, KvResult> verdict = ProvenVerdict.on(DrawnHistory.of(picture));
        assertThat(verdict.isLinearizable()).as(verdict.toString()).isTrue();
    }

    /** The history must be called not linearizable. */
    static void bad(String picture) {
        assertThat(ProvenVerdict.on(DrawnHistory.of(picture)).isLinearizable()).isFalse();
    }
}
