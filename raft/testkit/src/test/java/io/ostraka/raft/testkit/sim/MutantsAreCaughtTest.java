package io.ostraka.raft.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.LongFunction;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The simulator finds each of these mistakes within a few seeds; if it stops to, it has become blind. */
@NullMarked
final class MutantsAreCaughtTest {

    private static final int SEEDS_MAX = 500;

    @ParameterizedTest
    @EnumSource(Mutant.class)
    void mistakeAroundRaftIsCaught(Mutant mutant) {
        assertCaught(mutant, new SeedRun(mutant));
    }

    @ParameterizedTest
    @EnumSource(CodeMutant.class)
    void mistakeWithinRaftIsCaught(CodeMutant mutant) {
        assertCaught(mutant, mutant.seedRun());
    }

    private static void assertCaught(Enum<?> mutant, LongFunction<@Nullable String> run) {
        int seeds = 0;
        String caught = null;
        while (caught == null && seeds < SEEDS_MAX) {
            caught = run.apply(++seeds);
        }
        assertThat(caught)
                .as("what %s violates within %d seeds", mutant, SEEDS_MAX)
                .isNotNull();
        System.out.println(mutant + " is caught by seed " + seeds + ": " + caught);
    }
}
