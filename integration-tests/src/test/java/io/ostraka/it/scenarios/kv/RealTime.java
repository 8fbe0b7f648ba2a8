package io.ostraka.it.scenarios.kv;

import io.ostraka.it.scenarios.kv.StoreCluster.Setting;
import io.ostraka.it.scenarios.kv.StoreScenarios.Script;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Plays a scenario once, on real processes. */
final class RealTime {

    private RealTime() {}

    static void play(Path directory, Setting setting, Script script) {
        try (StoreCluster cluster = ProcessStoreCluster.start(directory, setting)) {
            long begin = cluster.nowNanos();
            StoreScenario scenario = new StoreScenario(cluster);
            script.play(scenario);
            scenario.endWell();
            System.out.println("real time: "
                    + TimeUnit.NANOSECONDS.toSeconds(cluster.nowNanos() - begin) + " s, "
                    + scenario.history().calls().size() + " calls, "
                    + scenario.history().names().size() + " of unknown outcome at first");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
