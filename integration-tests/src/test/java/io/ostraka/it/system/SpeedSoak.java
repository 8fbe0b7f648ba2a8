package io.ostraka.it.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tells how fast the whole system is simulated on one thread, and where the time goes: {@code mvn -Psoak verify
 * -Dit.test=SpeedSoak}. A benchmark: nothing is asserted of the speed.
 */
class SpeedSoak {

    private static final long RUN_NANOS = TimeUnit.SECONDS.toNanos(60);

    /** What the compiler needs to come to rest. */
    private static final int RUNS_BEFORE = 5;

    private static final int RUNS = 10;

    @ParameterizedTest
    @ValueSource(longs = {60, 500, 2_000})
    void threeGroupsUnderEightClients(long thinkMillis) throws InterruptedException {
        SystemSwarm swarm = SystemSwarm.ofThreeGroups(TimeUnit.MILLISECONDS.toNanos(thinkMillis));
        run(swarm, 1, RUNS_BEFORE);
        long begin = System.nanoTime();
        try (WhereTimeGoes where = WhereTimeGoes.ofThisThread()) {
            Totals totals = run(swarm, RUNS_BEFORE + 1, RUNS_BEFORE + RUNS);
            double seconds = (System.nanoTime() - begin) / 1e9;
            System.out.printf(
                    "speed with a pause of %d ms between a client's calls: %.0f virtual seconds a second, %.0f calls a"
                            + " virtual second, %.0f events a second; %s%n%s%n",
                    thinkMillis,
                    totals.virtualSeconds() / seconds,
                    totals.acknowledged() / totals.virtualSeconds(),
                    totals.events() / seconds,
                    where,
                    totals);
            assertThat(totals.acknowledged()).isPositive();
        }
    }

    private static Totals run(SystemSwarm swarm, long from, long to) {
        Totals totals = new Totals();
        for (long seed = from; seed <= to; seed++) {
            totals.add(SystemSimulation.run(new SystemWorld(seed, swarm, null), RUN_NANOS));
        }
        return totals;
    }
}
