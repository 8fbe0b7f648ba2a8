package io.ostraka.it.mutants;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.it.smallscope.RuleTakenOut;
import io.ostraka.it.system.SeedRun;
import io.ostraka.it.system.ShrinkRun;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every mutant, from five starts: how many seeds the simulation needs to notice it. Prints a table. Profile
 * {@code mutants}; {@code -Dmutants.seeds} bounds the search, {@code -Dmutants.starts} says from how many starts,
 * {@code -Dmutants.seconds} how long faults last in each run; {@code -Dmutants.parts=N -Dmutants.part=K} takes every
 * N-th mutant from the K-th on, counted from 0, for several processes.
 */
final class MutationGate {

    private static final int SEEDS_MAX = Integer.getInteger("mutants.seeds", 10_000);
    private static final int MEDIAN_MAX = 500;

    /** For rules that the small scope takes out, too. */
    private static final int RULE_SEEDS_MAX = Math.min(SEEDS_MAX, MEDIAN_MAX);

    private static final int STATES_MAX = 150_000;
    private static final int STARTS = Integer.getInteger("mutants.starts", 5);
    private static final int PARTS = Integer.getInteger("mutants.parts", 1);
    private static final int PART = Integer.getInteger("mutants.part", 0);
    private static final long APART = 1_000_000;
    private static final long FAULTY_NANOS = Long.getLong("mutants.seconds", 20) * 1_000_000_000L;

    private static final List<String> TABLE = Collections.synchronizedList(new ArrayList<>());

    /** What is noticed without a mistake, by seed: most mutants are noticed with the same few seeds. */
    private static final Map<Long, List<String>> HONEST = new ConcurrentHashMap<>();

    static List<Mutant> mutants() {
        List<Mutant> all = Mutants.all();
        return IntStream.range(0, all.size())
                .filter(i -> i % PARTS == PART)
                .mapToObj(all::get)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void isNoticed(Mutant mutant) {
        UnaryOperator<String[]> system = mutant.system();
        List<Integer> needed = new ArrayList<>();
        Set<String> by = new TreeSet<>();
        for (int start = 0; start < STARTS; start++) {
            Search search = new Search(system, start * APART, mutant.takenOut() == null ? SEEDS_MAX : RULE_SEEDS_MAX);
            if (search.noticed.length == 0 && mutant.takenOut() != null) {
                isMissedInTheSmallScope(mutant, mutant.takenOut());
                return;
            }
            assertThat(search.noticed)
                    .as("%s in the %d seeds from %d on", mutant, SEEDS_MAX, start * APART + 1)
                    .hasSize(2);
            assertThat(search.noticed[0])
                    .as("who noticed %s with seed %d: %s", mutant, start * APART + search.seeds, search.noticed[1])
                    .isIn(mutant.noticedBy());
            assertThat(HONEST.computeIfAbsent(start * APART + search.seeds, MutationGate::honestly))
                    .as("without the mistake nothing is wrong with seed %d", start * APART + search.seeds)
                    .isEmpty();
            by.add(search.noticed[0]);
            needed.add(search.seeds);
        }
        Collections.sort(needed);
        int median = needed.get(STARTS / 2);
        String row = "| `%s` | %s | %d | %d | %s |"
                .formatted(mutant, mutant.source(), median, needed.getLast(), String.join(", ", by));
        System.out.println(row);
        TABLE.add(row);
        assertThat(median).as("seeds to notice %s, the median", mutant).isLessThanOrEqualTo(MEDIAN_MAX);
    }

    /** What takes a certain order of events, which hardly a seed draws, the search through every order has to meet. */
    private static void isMissedInTheSmallScope(Mutant mutant, RuleTakenOut rule) {
        OptionalInt steps = rule.stepsUntilMissed(STATES_MAX);
        assertThat(steps).as("%s, in no seed and in no order of events", mutant).isPresent();
        String row =
                "| `%s` | %s | - | - | small scope, in %d steps |".formatted(mutant, mutant.source(), steps.getAsInt());
        System.out.println(row);
        TABLE.add(row);
    }

    /** What a mistake needs to show is what is left of a run in which it showed. */
    @Test
    void aRunThatFailsIsMadeSmaller() {
        Mutant mutant = Mutants.named("log-not-forced");
        Search search = new Search(mutant.system(), 0, SEEDS_MAX);

        String[] smallest = mutant.running(ShrinkRun.class)
                .apply(new String[] {String.valueOf(search.seeds), String.valueOf(FAULTY_NANOS), "80"});

        System.out.println(mutant + ": " + String.join("\n  ", smallest));
        assertThat(smallest[1]).isEqualTo(search.noticed[0]);
        assertThat(smallest[3].split(",")).hasSizeLessThanOrEqualTo(3);
    }

    @AfterAll
    static void printTable() {
        System.out.println("| mutant | source | median | slowest | noticed by |\n| --- | --- | --- | --- | --- |");
        TABLE.forEach(System.out::println);
    }

    private static List<String> honestly(long seed) {
        return List.of(new SeedRun().apply(words(seed)));
    }

    private static String[] words(long seed) {
        return new String[] {String.valueOf(seed), String.valueOf(FAULTY_NANOS)};
    }

    /** Seed after seed until something is noticed. */
    private static final class Search {

        private int seeds;
        private String[] noticed = new String[0];

        Search(UnaryOperator<String[]> system, long after, int seedsMax) {
            while (noticed.length == 0 && seeds < seedsMax) {
                seeds++;
                noticed = system.apply(words(after + seeds));
            }
        }
    }
}
