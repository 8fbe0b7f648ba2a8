package io.ostraka.it.smallscope;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.testkit.changed.ChangedSystem;
import io.ostraka.raft.testkit.changed.CodeChange;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Where agents leave something undone, the search notices that the plan is not reached. */
final class ProgressTest {

    private static String stuck(CodeChange change) {
        String[] words = Scope.ofMoves(2, 1, 0).words(2_000);
        UnaryOperator<String[]> search = new ChangedSystem(List.of(change)).instance(ProgressRun.class);
        return search.apply(words)[0];
    }

    @Test
    void importThatIsNeverForgottenIsNoticed() {
        assertThat(stuck(Changes.importerForgetsNever()))
                .contains("g2.1 Importing")
                .endsWith("is left");
    }

    @Test
    void importThatGivesUpAfterTheFreezeIsNoticed() {
        assertThat(stuck(Changes.freezeNotBelieved())).endsWith("nobody serves the shard");
    }

    @Test
    void ownerThatIsNeverReportedIsNoticed() {
        assertThat(stuck(Changes.ownersNotReported())).contains("planned to 2.1, and still at g2.1");
    }

    @Test
    void nothingIsNoticedWhereNothingIsLeftUndone() {
        assertThat(new ProgressRun().apply(Scope.ofMoves(2, 1, 0).words(2_000))[0])
                .isEmpty();
    }
}
