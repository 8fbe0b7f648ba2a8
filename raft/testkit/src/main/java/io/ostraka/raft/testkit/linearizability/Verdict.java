package io.ostraka.raft.testkit.linearizability;

import io.ostraka.raft.testkit.history.Call;
import java.util.List;
import java.util.Set;

/** What a checker says of a history. {@code toString} is a report for people. */
public sealed interface Verdict<O, R> {

    /** Whether the history was shown to be linearizable. Whoever checks takes everything else for a failure. */
    default boolean isLinearizable() {
        return this instanceof Linearizable<O, R>;
    }

    /**
     * It is: here is the proof.
     *
     * @param orders for each partition an order of its calls that the model allows; calls of unknown outcome that are
     *     not in it never took effect
     */
    record Linearizable<O, R>(List<List<Call<O, R>>> orders) implements Verdict<O, R> {
        /** Copies the list. */
        public Linearizable {
            orders = List.copyOf(orders);
        }

        @Override
        public String toString() {
            long calls = orders.stream().mapToLong(List::size).sum();
            return "linearizable: " + calls + " calls in " + orders.size() + " partitions";
        }
    }

    /**
     * It is not.
     *
     * @param parts what the partition is about
     * @param longest an order of as many calls that returned as the model allows; everything else of the partition is
     *     either not needed to see the violation, or did not fit
     * @param unplaced those that returned and should have come next, none of which fits
     * @param explanation the same in words, with what each would have needed, and when the calls ran
     */
    record Violated<O, R>(Set<String> parts, List<Call<O, R>> longest, List<Call<O, R>> unplaced, String explanation)
            implements Verdict<O, R> {
        /** Copies the collections. */
        public Violated {
            parts = Set.copyOf(parts);
            longest = List.copyOf(longest);
            unplaced = List.copyOf(unplaced);
        }

        @Override
        public String toString() {
            return explanation;
        }
    }

    /**
     * The bound was reached first. Not a pass: the history may be bad.
     *
     * @param parts what the partition is about
     * @param configurations how many were looked at
     */
    record Undecided<O, R>(Set<String> parts, long configurations) implements Verdict<O, R> {
        /** Copies the set. */
        public Undecided {
            parts = Set.copyOf(parts);
        }

        @Override
        public String toString() {
            return "undecided: the calls on " + String.join(", ", parts) + " need more than " + configurations
                    + " configurations; give the check a larger bound, or the history fewer overlapping calls a key";
        }
    }
}
