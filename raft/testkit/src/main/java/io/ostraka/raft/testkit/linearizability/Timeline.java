package io.ostraka.raft.testkit.linearizability;

import io.ostraka.raft.testkit.history.Call;
import io.ostraka.raft.testkit.history.Outcome;
import java.util.Comparator;
import java.util.List;

/**
 * Draws when calls ran: a line a call, in the order of the calls, from its call {@code |} to its return {@code |}, or
 * on and on if it has none.
 */
final class Timeline<O, R> {

    private static final int COLUMNS = 48;

    private final List<Call<O, R>> calls;
    private final long beginNanos;
    private final long endNanos;

    Timeline(List<Call<O, R>> calls) {
        this.calls = calls.stream()
                .sorted(Comparator.comparingLong(Call::calledNanos))
                .toList();
        this.beginNanos = calls.stream().mapToLong(Call::calledNanos).min().orElse(0);
        this.endNanos = calls.stream().mapToLong(Timeline::lastNanos).max().orElse(0);
    }

    private static long lastNanos(Call<?, ?> call) {
        return call.outcome() instanceof Outcome.Returned<?> returned ? returned.atNanos() : call.calledNanos();
    }

    @Override
    public String toString() {
        int width =
                calls.stream().mapToInt(call -> call.process().length()).max().orElse(0);
        StringBuilder text = new StringBuilder();
        for (Call<O, R> call : calls) {
            text.append("  ")
                    .append(call.process())
                    .repeat(' ', width - call.process().length() + 1);
            bar(text, call);
            text.append(' ').append(call).append('\n');
        }
        return text.append("  (")
                .append(COLUMNS)
                .append(" columns are ")
                .append(time(endNanos - beginNanos))
                .append(")\n")
                .toString();
    }

    private static String time(long nanos) {
        if (nanos < 10_000) {
            return nanos + " ns";
        }
        return nanos < 10_000_000 ? nanos / 1_000 + " µs" : nanos / 1_000_000 + " ms";
    }

    private void bar(StringBuilder text, Call<O, R> call) {
        int from = column(call.calledNanos());
        boolean isReturned = call.outcome() instanceof Outcome.Returned<R>;
        int to = isReturned ? Math.max(column(lastNanos(call)), from + 1) : COLUMNS;
        text.repeat(' ', from).append('|').repeat(isReturned ? '=' : '~', to - from - 1);
        text.append(isReturned ? '|' : '>').repeat(' ', COLUMNS - to);
    }

    private int column(long nanos) {
        long span = Math.max(1, endNanos - beginNanos);
        return (int) ((nanos - beginNanos) * (double) (COLUMNS - 1) / span);
    }
}
