package io.ostraka.it.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.testkit.sim.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/**
 * A crash at each effect: one fixed script of 200 calls with hand-overs in it runs again and again, and each time one
 * machine dies at the next change of its disk or its store, as a process or with its power. Then all must be as in any
 * other run: nothing acknowledged is lost, everything recovers and ends. {@code -Dsweep.stride=1} takes every effect;
 * else it is one in so many, a different one for each machine.
 */
class EffectSweepTest {

    private static final long SEED = 4;
    private static final long SCRIPT_NANOS = 6_000_000_000L;
    private static final int STRIDE = Integer.getInteger("sweep.stride", 97);

    /** One crash. */
    private record Crash(int machine, int effect, Life.End how) {}

    @Test
    void theScriptHasTwoHundredCallsAndAHandOver() {
        SystemSimulation.Report report = SystemSimulation.run(world(), SCRIPT_NANOS);

        assertThat(report.acknowledged()).isGreaterThanOrEqualTo(200);
        assertThat(report.handOvers()).isPositive();
        assertThat(report.faults().total()).isZero();
    }

    @Test
    void nothingIsLostWhereverAMachineDies() throws InterruptedException, ExecutionException {
        List<Integer> effects = SystemSimulation.run(world(), SCRIPT_NANOS).effects();
        List<Crash> crashes = new ArrayList<>();
        int next = 0;
        for (int machine = 0; machine < effects.size(); machine++) {
            for (; next < effects.get(machine); next += STRIDE) {
                for (Life.End how : Life.End.values()) {
                    crashes.add(new Crash(machine, next, how));
                }
            }
            next -= effects.get(machine);
        }
        long died = Sweep.each(crashes, EffectSweepTest::die).values().stream()
                .mapToLong(Long::longValue)
                .sum();
        System.out.printf("crash at an effect: %d of %d runs, one effect in %d%n", died, crashes.size(), STRIDE);
        assertThat(died).isEqualTo(crashes.size());
    }

    /** Returns how many machines died. */
    private static long die(Crash crash) {
        SystemWorld world = world();
        world.machines().get(crash.machine()).crashAtEffect(crash.effect(), crash.how());
        return SystemSimulation.run(world, SCRIPT_NANOS).faults().of(Fault.CRASH_AT_EFFECT);
    }

    private static SystemWorld world() {
        return new SystemWorld(SEED, SystemSwarm.undisturbed(), null);
    }
}
