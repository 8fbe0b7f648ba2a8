package io.ostraka.it.scenarios.kv;

import io.ostraka.it.scenarios.kv.StoreCluster.Setting;
import io.ostraka.it.scenarios.kv.StoreScenarios.Script;
import io.ostraka.it.system.ErrorLog;
import java.util.concurrent.TimeUnit;

/**
 * Plays scenarios in virtual time, with several seeds. Settings: {@code -Dscenario.seeds=COUNT} runs more seeds,
 * {@code -Dscenario.seed=SEED} only one, and with {@code -Dscenario.trace=full} prints everything that happens in it.
 */
final class VirtualTime {

    private static final int SEEDS = Integer.getInteger("scenario.seeds", 1);
    private static final long ONLY = Long.getLong("scenario.seed", 0);
    private static final boolean TRACED = "full".equals(System.getProperty("scenario.trace"));
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(120);

    private VirtualTime() {}

    static void play(Setting setting, Script script) {
        for (long seed = ONLY != 0 ? ONLY : 1; seed <= (ONLY != 0 ? ONLY : SEEDS); seed++) {
            try (ErrorLog errors = new ErrorLog()) {
                play(seed, setting, script);
                errors.check();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(e.getMessage() + "\nrun again with -Dscenario.seed=" + seed, e);
            }
        }
    }

    private static void play(long seed, Setting setting, Script script) {
        StoreCluster cluster = VirtualStoreCluster.start(seed, setting, TRACED ? System.out::println : null);
        StoreScenario scenario = new StoreScenario(cluster);
        script.play(scenario);
        if (cluster.nowNanos() > LIMIT_NANOS) {
            throw new AssertionError("took longer than 120 s");
        }
        scenario.endWell();
    }
}
