package io.ostraka.raft.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The simulator finds each of these mistakes within a few seeds; if it stops to, it has become blind. */
@NullMarked
final class MutantsAreCaughtTest {

    private static final int SEEDS_MAX = 600;
    private static final long EVENTS = 5_000;

    @ParameterizedTest
    @EnumSource(Mutant.class)
    void mistakeIsCaught(Mutant mutant) {
        int seeds = 0;
        InvariantViolation caught = null;
        while (caught == null && seeds < SEEDS_MAX) {
            caught = violation(++seeds, mutant);
        }
        assertThat(caught)
                .as("what %s violates within %d seeds", mutant, SEEDS_MAX)
                .isNotNull();
        System.out.println(mutant + " is caught by seed " + seeds + ": " + firstLine(caught));
    }

    private static @Nullable InvariantViolation violation(long seed, Mutant mutant) {
        try {
            Simulation.run(seed, mutant, EVENTS, null);
            return null;
        } catch (InvariantViolation e) {
            return e;
        }
    }

    private static String firstLine(@Nullable Throwable caught) {
        return caught == null
                ? ""
                : String.valueOf(caught.getMessage()).lines().findFirst().orElse("");
    }
}
