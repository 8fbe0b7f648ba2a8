package io.ostraka.it.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * The whole system for a given time: {@code mvn -Psoak verify -Dsim.minutes=60}, from seed {@code -Dsim.from} on. One
 * seed in twenty runs a second time, and must go the same way.
 */
class SystemSoak {

    private static final long FAULTY_NANOS = TimeUnit.SECONDS.toNanos(Long.getLong("system.seconds", 60));
    private static final int SEEDS_AT_A_TIME = 200;
    private static final int SEEDS_A_REPETITION = 20;

    @Test
    void nothingIsLostDoneTwiceOrServedTwiceHoweverLongItGoesOn() throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(Long.getLong("sim.minutes", 1));
        Totals totals = new Totals();
        try (ErrorLog errors = new ErrorLog()) {
            for (long from = Long.getLong("sim.from", 1); System.nanoTime() < end; from += SEEDS_AT_A_TIME) {
                SystemRuns.each(from, from + SEEDS_AT_A_TIME - 1, SystemSoak::plan, totals);
                for (long seed = from; seed < from + SEEDS_AT_A_TIME; seed += SEEDS_A_REPETITION) {
                    assertThat(SystemRuns.run(plan(seed)).digest())
                            .as("seed %d", seed)
                            .isEqualTo(SystemRuns.run(plan(seed)).digest());
                }
                System.out.println("up to seed " + (from + SEEDS_AT_A_TIME - 1) + ", " + totals);
            }
            errors.check();
        }
    }

    private static RunPlan plan(long seed) {
        return RunPlan.of(seed, FAULTY_NANOS, Density.DENSE);
    }
}
