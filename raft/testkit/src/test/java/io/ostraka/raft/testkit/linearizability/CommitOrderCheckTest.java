package io.ostraka.raft.testkit.linearizability;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.testkit.history.Call;
import io.ostraka.raft.testkit.history.KvOperation;
import io.ostraka.raft.testkit.history.KvOperation.Put;
import io.ostraka.raft.testkit.history.KvResult;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Histories as {@link DrawnHistory} reads them; calls have numbers from 1 on, line by line. */
final class CommitOrderCheckTest {

    private static List<String> wrong(String picture, int... committed) {
        List<Call<KvOperation, KvResult>> history = DrawnHistory.of(picture);
        List<Commit<KvOperation>> commits = new ArrayList<>();
        for (int id : committed) {
            commits.add(
                    new Commit<>(10 + commits.size(), id, history.get(id - 1).operation()));
        }
        return new CommitOrderCheck<>(KvModel.EXACT).check(history, commits);
    }

    @Test
    void orderThatExplainsEveryResultIsRight() {
        assertThat(wrong("""
                a |put x 1 -> ok 1|    |cas x 1 3 -> failed 2|
                b    |put x 2 -> ok 2|                         |get x -> 2 @2|
                """, 1, 3)).isEmpty();
    }

    @Test
    void unknownWriteMayBeCommittedOrNot() {
        String picture = """
                a |append x 1 -> ok| |append x 2 -> ?|
                b                    |get x -> 1|
                """;

        assertThat(wrong(picture, 1)).isEmpty();
        assertThat(wrong(picture, 1, 2)).isEmpty();
    }

    @Test
    void acknowledgedWriteThatIsMissing() {
        assertThat(wrong("""
                a |put x 1 -> ok| |put x 2 -> ok|
                """, 1)).singleElement().asString().contains("put x \"2\"", "not among the commits");
    }

    @Test
    void writeThatIsExecutedTwice() {
        assertThat(wrong("""
                a |append x 1 -> ok|
                """, 1, 1)).singleElement().asString().contains("done before");
    }

    @Test
    void writeThatWasRefusedAndIsExecuted() {
        assertThat(wrong("""
                a |append x 1 -> no|
                """, 1)).singleElement().asString().contains("said not to be applied");
    }

    @Test
    void writesInAnotherOrderThanTheyWereMade() {
        assertThat(wrong("""
                a |put x 1 -> ok| |put y 2 -> ok|
                """, 2, 1)).singleElement().asString().contains("stands behind");
    }

    @Test
    void unknownWriteBeforeItsCall() {
        assertThat(wrong("""
                a |put x 1 -> ok|
                b                 |put x 2 -> ?|
                """, 2, 1)).singleElement().asString().contains("stands behind");
    }

    @Test
    void resultThatTheOrderDoesNotExplain() {
        assertThat(wrong("""
                a |put x 1 -> ok 1|
                b   |cas x 0 2 -> ok 2|
                """, 1, 2))
                .singleElement()
                .asString()
                .contains("was answered 'ok, revision 2'", "x is \"1\" at revision 1");
    }

    @Test
    void staleReadThatNoPlaceExplains() {
        assertThat(wrong("""
                a |put x 1 -> ok| |put x 2 -> ok|
                b                                 |get x -> 1|
                """, 1, 2)).singleElement().asString().contains("right nowhere");
    }

    @Test
    void readOfWhatIsOnlyCommittedLater() {
        assertThat(wrong("""
                a              |put x 1 -> ok|
                b |get x -> 1|
                """, 1)).singleElement().asString().contains("right nowhere");
    }

    @Test
    void twoReadsThatSeeTheCommitsInReverse() {
        assertThat(wrong("""
                a |put x 1 -> ok| |put x 2 -> ok                            |
                b                    |get x -> 2|
                c                                 |get x -> 1|
                """, 1, 2)).singleElement().asString().contains("c at", "right nowhere");
    }

    /** Each key for itself is right: only an order over all keys shows it. */
    @Test
    void readsOfTwoKeysThatSeeTheCommitsInReverse() {
        String picture = """
                a |put x 1 -> ok                                         |
                b |put y 1 -> ok                                         |
                c   |get x -> 1| |get y -> absent|
                d                                  |get y -> 1|
                """;

        assertThat(wrong(picture, 1, 2)).isEmpty();
        assertThat(wrong(picture, 2, 1)).hasSize(1);
    }

    @Test
    void readBeforeAWriteThatWasCalledLater() {
        assertThat(wrong("""
                a |put x 1 -> ?|
                b                |get x -> absent| |put y 2 -> ok|
                c                                                  |get x -> 1|
                """, 1, 3)).isEmpty();
        assertThat(wrong("""
                a |put x 1 -> ?|
                b                |get x -> 1| |put y 2 -> ok|
                """, 3, 1)).singleElement().asString().contains("right nowhere");
    }

    @Test
    void commitThatNobodyAskedForAndOneOfSomethingElse() {
        List<Call<KvOperation, KvResult>> history = DrawnHistory.of("a |put x 1 -> ok|");
        CommitOrderCheck<KvState, KvOperation, KvResult> check = new CommitOrderCheck<>(KvModel.EXACT);

        assertThat(check.check(history, List.of(new Commit<>(1, 7, new Put("x", "1")))))
                .singleElement()
                .asString()
                .contains("nobody asked for");
        assertThat(check.check(history, List.of(new Commit<>(1, 1, new Put("x", "2")))))
                .singleElement()
                .asString()
                .contains("something else");
    }

    @Test
    void indexesThatDoNotGrow() {
        List<Call<KvOperation, KvResult>> history = DrawnHistory.of("a |put x 1 -> ok| |put x 2 -> ok|");

        assertThat(new CommitOrderCheck<>(KvModel.EXACT)
                        .check(
                                history,
                                List.of(new Commit<>(4, 1, new Put("x", "1")), new Commit<>(4, 2, new Put("x", "2")))))
                .singleElement()
                .asString()
                .contains("does not follow on index 4");
    }
}
