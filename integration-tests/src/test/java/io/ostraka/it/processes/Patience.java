package io.ostraka.it.processes;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what a cluster will come to, for so long that only a failure takes it. */
public final class Patience {

    private static final Duration LONGEST = Duration.ofMinutes(3);
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    /** So that the questions do not take the processors from whom they are about. */
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private Patience() {}

    /** Waits until something is found. */
    public static <T> T find(String what, Supplier<Optional<T>> search) {
        long deadline = System.nanoTime() + LONGEST.toNanos();
        long pause = FIRST_PAUSE_NANOS;
        while (System.nanoTime() - deadline < 0) {
            Optional<T> found = search.get();
            if (found.isPresent()) {
                return found.get();
            }
            LockSupport.parkNanos(pause);
            pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
        }
        throw new AssertionError("waited " + LONGEST.toSeconds() + " s in vain for " + what);
    }

    /** Waits until the condition holds. */
    public static void await(String what, BooleanSupplier condition) {
        find(what, () -> condition.getAsBoolean() ? Optional.of(true) : Optional.empty());
    }
}
