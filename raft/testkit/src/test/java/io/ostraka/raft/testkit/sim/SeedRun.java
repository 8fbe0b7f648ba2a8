package io.ostraka.raft.testkit.sim;

import java.util.function.LongFunction;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** Runs a seed, and says what it violates, if anything. Has no state, so that any loader's copy of it will do. */
@NullMarked
public final class SeedRun implements LongFunction<@Nullable String> {

    private static final long EVENTS = 5_000;

    private final Tampering tampering;

    /** A run in which nothing is tampered with. */
    public SeedRun() {
        this(Tampering.NONE);
    }

    SeedRun(Tampering tampering) {
        this.tampering = tampering;
    }

    @Override
    public @Nullable String apply(long seed) {
        try {
            Simulation.run(seed, tampering, EVENTS, null);
            return null;
        } catch (InvariantViolation e) {
            return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        }
    }
}
