package io.ostraka.it.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Tells how fast the whole system is simulated on one thread, and where the time goes: {@code mvn -Psoak verify
 * -Dit.test=SpeedSoak}. A benchmark: nothing is asserted of the speed.
 */
class SpeedSoak {

    private static final long RUN_NANOS = TimeUnit.SECONDS.toNanos(60);

    /** What the compiler needs to come to rest. */
    private static final int RUNS_BEFORE = 5;

    private static final int RUNS = 10;

    @Test
    void threeGroupsUnderEightClients() throws InterruptedException {
        run(1, RUNS_BEFORE);
        long begin = System.nanoTime();
        try (WhereTimeGoes where = WhereTimeGoes.ofThisThread()) {
            Totals totals = run(RUNS_BEFORE + 1, RUNS_BEFORE + RUNS);
            double seconds = (System.nanoTime() - begin) / 1e9;
            System.out.printf(
                    "speed: %.0f virtual seconds a second, %.0f events a second; %s%n%s%n",
                    totals.virtualSeconds() / seconds, totals.events() / seconds, where, totals);
            assertThat(totals.acknowledged()).isPositive();
        }
    }

    private static Totals run(long from, long to) {
        Totals totals = new Totals();
        for (long seed = from; seed <= to; seed++) {
            totals.add(SystemSimulation.run(new SystemWorld(seed, SystemSwarm.ofThreeGroups(), null), RUN_NANOS));
        }
        return totals;
    }
}
