package io.ostraka.raft.runtime.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.EntryType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PendingProposalsTest {

    private final PendingProposals<String> pending = new PendingProposals<>();
    private final List<ProposalCallback<String>> lost = new ArrayList<>();

    @Test
    void theEntryWithItsIndexAndTermAnswersAProposal() {
        ProposalCallback<String> callback = outcome -> {};
        pending.accepted(5, 2, List.of(callback));

        List<ProposalWaiter<String>> found = pending.committed(List.of(entry(4, 2), entry(5, 2)), lost);

        assertThat(found).containsExactly(new ProposalWaiter<>(5, 2, callback));
        assertThat(lost).isEmpty();
    }

    /** FAULTS D20: an answer is bound to index and term, not to the index alone. */
    @Test
    void anEntryOfAnotherTermAtItsIndexLosesAProposal() {
        ProposalCallback<String> callback = outcome -> {};
        pending.accepted(5, 2, List.of(callback));

        assertThat(pending.committed(List.of(entry(5, 3)), lost)).isEmpty();
        assertThat(lost).containsExactly(callback);
    }

    @Test
    void abandonedProposalsAreGone() {
        pending.accepted(5, 2, List.of(outcome -> {}, outcome -> {}));

        assertThat(pending.abandon()).hasSize(2);
        assertThat(pending.committed(List.of(entry(5, 2)), lost)).isEmpty();
    }

    private static Entry entry(long index, long term) {
        return new Entry(index, term, EntryType.COMMAND, Bytes.EMPTY);
    }
}
