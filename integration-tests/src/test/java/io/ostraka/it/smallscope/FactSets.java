package io.ostraka.it.smallscope;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Numbers for facts and for sets of them. Sets only ever grow, so there are few. Not thread-safe. */
final class FactSets {

    /** The set of nothing. */
    static final int NOTHING = 0;

    /** A sorted array as a key. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Key(int[] facts) {

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key that && Arrays.equals(facts, that.facts);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(facts);
        }

        @Override
        public String toString() {
            return Arrays.toString(facts);
        }
    }

    private final Map<String, Integer> factsByKey = new HashMap<>();
    private final List<Fact> facts = new ArrayList<>();
    private final Map<Key, Integer> setsByKey = new HashMap<>();
    private final List<int[]> sets = new ArrayList<>();

    FactSets() {
        intern(new int[0]);
    }

    /** The number of a fact. */
    int number(Fact fact) {
        return factsByKey.computeIfAbsent(fact.key(), key -> {
            facts.add(fact);
            return facts.size() - 1;
        });
    }

    Fact fact(int number) {
        return facts.get(number);
    }

    /** How many facts there are. */
    int facts() {
        return facts.size();
    }

    /** How many sets there are. */
    int sets() {
        return sets.size();
    }

    /** The facts of a set, ascending; not to be changed. */
    int[] of(int set) {
        return sets.get(set);
    }

    boolean contains(int set, int fact) {
        return Arrays.binarySearch(sets.get(set), fact) >= 0;
    }

    /** A set and more. */
    int with(int set, List<Integer> more) {
        int[] held = sets.get(set);
        int[] added = more.stream()
                .filter(fact -> Arrays.binarySearch(held, fact) < 0)
                .mapToInt(Integer::intValue)
                .distinct()
                .toArray();
        if (added.length == 0) {
            return set;
        }
        int[] all = Arrays.copyOf(held, held.length + added.length);
        System.arraycopy(added, 0, all, held.length, added.length);
        Arrays.sort(all);
        return intern(all);
    }

    private int intern(int[] sorted) {
        return setsByKey.computeIfAbsent(new Key(sorted), key -> {
            sets.add(sorted);
            return sets.size() - 1;
        });
    }
}
