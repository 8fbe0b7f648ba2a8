package io.ostraka.raft.testkit.linearizability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostraka.raft.testkit.history.Call;
import io.ostraka.raft.testkit.history.KvOperation;
import io.ostraka.raft.testkit.history.KvOperation.Get;
import io.ostraka.raft.testkit.history.KvOperation.Put;
import io.ostraka.raft.testkit.history.KvResult;
import io.ostraka.raft.testkit.history.KvResult.Applied;
import io.ostraka.raft.testkit.history.KvResult.Found;
import io.ostraka.raft.testkit.history.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a checker does beside deciding. */
final class LinearizabilityCheckerTest {

    private static final String STALE_READ = """
            writer |put x 1 -> ok 1| |put x 2 -> ok 2|
            reader                                     |get x -> 1 @1|
            other       |put y 1 -> ok 1|
            """;

    private static LinearizabilityChecker<KvState, KvOperation, KvResult> checker(Bound bound) {
        return LinearizabilityChecker.ofKeysAndValues(bound);
    }

    @Test
    void explanationShowsTheLongestOrderWhatDidNotFitAndWhen() {
        assertThat(checker(Bound.DEFAULT).check(DrawnHistory.of(STALE_READ)).toString())
                .isEqualTo("""
                not linearizable: of 3 calls on x, the longest order that can be has 2:
                  writer: put x "1" -> ok, revision 1
                  writer: put x "2" -> ok, revision 2
                Then x is "2" at revision 2. Next must come one of these, and none can:
                  reader: get x -> "1" at revision 1    needs x to be "1" at revision 1
                When they ran:
                  writer |==============|                                  put x "1" -> ok, revision 1
                  writer                 |==============|                  put x "2" -> ok, revision 2
                  reader                                  |=============|  get x -> "1" at revision 1
                  (48 columns are 50 ns)
                """);
    }

    @Test
    void explanationSaysWhichOtherAnswersContradictAWrite() {
        String skipped = checker(Bound.DEFAULT).check(DrawnHistory.of("""
                a |put x 1 -> ok 5| |put x 2 -> ok 4|
                """)).toString();
        String found = checker(Bound.DEFAULT).check(DrawnHistory.of("""
                a |put x 1 -> ok 5| |append x 2 -> ok 6|
                b                                        |get x -> 132 @6|
                """)).toString();

        assertThat(skipped).contains("needs revision 4 to have been made, which another client was told");
        assertThat(found).contains("needs to leave x as \"132\", which it was found to be at revision 6");
    }

    @Test
    void violationNamesThePartitionAndOnlyItsCalls() {
        Verdict<KvOperation, KvResult> verdict = checker(Bound.DEFAULT).check(DrawnHistory.of(STALE_READ));

        if (!(verdict instanceof Verdict.Violated<KvOperation, KvResult> violated)) {
            throw new AssertionError(verdict);
        }
        assertThat(violated.parts()).containsExactly("x");
        assertThat(violated.longest()).extracting(Call::id).containsExactly(1, 2);
        assertThat(violated.unplaced()).extracting(Call::id).containsExactly(3);
    }

    @Test
    void boundThatIsReachedIsUndecidedAndNotAPass() {
        List<Call<KvOperation, KvResult>> history = manyWritesAtOnce(12);

        Verdict<KvOperation, KvResult> verdict =
                checker(Bound.DEFAULT.withConfigurations(1_000)).check(history);

        assertThat(verdict).isInstanceOf(Verdict.Undecided.class);
        assertThat(verdict.isLinearizable()).isFalse();
        assertThat(verdict.toString()).startsWith("undecided: the calls on x need more than");
    }

    @Test
    void timeThatIsOverIsUndecided() {
        AtomicLong nanos = new AtomicLong();
        Bound bound = Bound.DEFAULT.within(Duration.ofNanos(3), nanos::getAndIncrement);

        assertThat(checker(bound).check(manyWritesAtOnce(12))).isInstanceOf(Verdict.Undecided.class);
    }

    @Test
    void violationInOnePartitionIsFoundAlthoughAnotherIsUndecided() {
        List<Call<KvOperation, KvResult>> history = new ArrayList<>(manyWritesAtOnce(12));
        history.add(
                new Call<>(100, "z", new Get("z"), 1, new Outcome.Returned<>(new Found("what nobody wrote", 0), 2)));

        assertThat(checker(Bound.DEFAULT.withConfigurations(1_000)).check(history))
                .isInstanceOf(Verdict.Violated.class);
    }

    /** Every order of the writes leads to another state: without an answer from a reader all must be tried. */
    private static List<Call<KvOperation, KvResult>> manyWritesAtOnce(int writes) {
        List<Call<KvOperation, KvResult>> history = new ArrayList<>();
        for (int i = 1; i <= writes; i++) {
            KvOperation append = new KvOperation.Append("x", Character.toString('a' + i));
            history.add(new Call<>(i, "w" + i, append, i, new Outcome.Returned<>(new Applied(0), 100 + i)));
        }
        String all = "bcdefghijklm".substring(0, writes);
        history.add(
                new Call<>(writes + 1, "r", new Get("x"), 200, new Outcome.Returned<>(new Found(all + all, 0), 201)));
        history.add(new Call<>(
                writes + 2, "r", new Get("x"), 202, new Outcome.Returned<>(new Found("mlkjihgfedcb", 0), 203)));
        for (int i = 1; i <= writes; i++) {
            history.add(new Call<>(
                    200 + i,
                    "r",
                    new Get("x"),
                    300 + 2L * i,
                    new Outcome.Returned<>(new Found(permutation(all, i), 0), 301 + 2L * i)));
        }
        return history;
    }

    private static String permutation(String text, int rotation) {
        return text.substring(rotation % text.length()) + text.substring(0, rotation % text.length());
    }

    @Test
    void callsOfOneIdAreRefused() {
        List<Call<KvOperation, KvResult>> history = new ArrayList<>(DrawnHistory.of("a |put x 1 -> ok|"));
        history.add(history.getFirst());

        assertThatThrownBy(() -> checker(Bound.DEFAULT).check(history)).hasMessage("two calls have the id 1");
    }

    @Test
    void orderOfTheCallsInTheListMeansNothing() {
        List<Call<KvOperation, KvResult>> history = DrawnHistory.of("""
                a |put x 1 -> ok 4|  |cas x 4 3 -> ok 9|
                b    |put x 2 -> ok 3|                     |get x -> 3 @9|
                """);

        assertThat(checker(Bound.DEFAULT).check(history.reversed()).isLinearizable())
                .isTrue();
    }

    /** A counter: the checker knows nothing of keys and values. */
    private record Counter() implements SequentialModel<Integer, String, Integer> {
        @Override
        public Integer initial() {
            return 0;
        }

        @Override
        public @Nullable Integer step(Integer state, String operation, @Nullable Integer result) {
            int after = operation.equals("increment") ? state + 1 : state;
            return result == null || result == after ? after : null;
        }

        @Override
        public String describe(Integer state) {
            return "the counter is at " + state;
        }

        @Override
        public String needs(Integer state, String operation, Integer result) {
            return "the counter at another value than " + state;
        }
    }

    @Test
    void anyModelCanBeChecked() {
        LinearizabilityChecker<Integer, String, Integer> counters =
                new LinearizabilityChecker<>(new Counter(), Bound.DEFAULT);
        Call<String, Integer> one = call(1, "increment", 0, 1, 10);
        Call<String, Integer> unknown = new Call<>(2, "b", "increment", 5, new Outcome.Unknown<>());
        Call<String, Integer> sees = call(3, "read", 12, 2, 15);
        Call<String, Integer> seesLess = call(4, "read", 20, 1, 25);

        assertThat(counters.check(List.of(one, unknown, sees)).isLinearizable()).isTrue();
        assertThat(counters.check(List.of(one, unknown, seesLess)).isLinearizable())
                .isTrue();
        assertThat(counters.check(List.of(one, unknown, sees, seesLess)).toString())
                .contains("Then the counter is at 2", "needs the counter at another value than 2");
    }

    /** A register that holds 0 at first: an operation is what is written, or {@code read}. */
    private record Register() implements SequentialModel<String, String, String> {
        @Override
        public String initial() {
            return "0";
        }

        @Override
        public @Nullable String step(String state, String operation, @Nullable String result) {
            if (operation.equals("read")) {
                return result == null || result.equals(state) ? state : null;
            }
            return operation;
        }

        @Override
        public String describe(String state) {
            return "the register holds " + state;
        }

        @Override
        public String needs(String state, String operation, String result) {
            return "the register to hold " + result;
        }
    }

    @Test
    void writeThatLeavesTheStateAsItIsMayStillBeNeededLater() {
        Call<String, String> same = new Call<>(1, "a", "0", 0, new Outcome.Returned<>("ok", 10));
        Call<String, String> other = new Call<>(2, "b", "1", 1, new Outcome.Returned<>("ok", 10));
        Call<String, String> read = new Call<>(3, "b", "read", 20, new Outcome.Returned<>("0", 30));

        assertThat(new LinearizabilityChecker<>(new Register(), Bound.DEFAULT)
                        .check(List.of(same, other, read))
                        .isLinearizable())
                .isTrue();
    }

    private static Call<String, Integer> call(int id, String operation, long called, int result, long returned) {
        return new Call<>(id, "a", operation, called, new Outcome.Returned<>(result, returned));
    }

    @Test
    void putsThatNobodySawAreInterchangeable() {
        List<Call<KvOperation, KvResult>> history = new ArrayList<>();
        for (int i = 1; i <= 40; i++) {
            history.add(new Call<>(i, "w" + i, new Put("x", "value " + i), i, new Outcome.Unknown<>()));
        }
        history.add(new Call<>(41, "r", new Get("x"), 50, new Outcome.Returned<>(new Found("value 17", 0), 51)));
        history.add(new Call<>(42, "r", new Get("x"), 52, new Outcome.Returned<>(new Found("value 3", 0), 53)));
        history.add(new Call<>(43, "r", new Get("x"), 54, new Outcome.Returned<>(new Found("value 17", 0), 55)));

        Verdict<KvOperation, KvResult> verdict =
                checker(Bound.DEFAULT.withConfigurations(10_000)).check(history);

        assertThat(verdict).isInstanceOf(Verdict.Violated.class);
    }
}
