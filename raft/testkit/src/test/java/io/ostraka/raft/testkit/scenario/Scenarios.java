package io.ostraka.raft.testkit.scenario;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;

/**
 * Runs a scenario with several seeds, each of which decides how long everything takes and what is left to chance.
 * Settings: {@code -Dscenario.seeds=COUNT} runs more seeds, {@code -Dscenario.seed=SEED} only one, and with
 * {@code -Dscenario.trace=full} prints everything that happens in it.
 */
@NullMarked
final class Scenarios {

    private static final int SEEDS = Integer.getInteger("scenario.seeds", 20);
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(120);
    private static final long ONLY = Long.getLong("scenario.seed", 0);
    private static final boolean TRACED = "full".equals(System.getProperty("scenario.trace"));

    /** What happens in a scenario. */
    interface Script {
        void play(RaftScenario scenario);
    }

    private Scenarios() {}

    /** Plays a script on clusters that never cut their logs. */
    static void play(int nodes, Script script) {
        play(nodes, false, script);
    }

    /** Plays a script on clusters whose state is made durable every few commands, and whose logs are cut then. */
    static void playWithSnapshots(int nodes, Script script) {
        play(nodes, true, script);
    }

    private static void play(int nodes, boolean snapshots, Script script) {
        for (long seed = ONLY != 0 ? ONLY : 1; seed <= (ONLY != 0 ? ONLY : SEEDS); seed++) {
            try {
                RaftScenario scenario = new RaftScenario(seed, nodes, snapshots, TRACED);
                script.play(scenario);
                RaftScenario.require(scenario.nowNanos() < LIMIT_NANOS, "took longer than 120 s");
                scenario.endWell();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(e.getMessage() + "\nrun again with -Dscenario.seed=" + seed, e);
            }
        }
    }
}
