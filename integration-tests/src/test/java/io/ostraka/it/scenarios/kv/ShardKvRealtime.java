package io.ostraka.it.scenarios.kv;

import io.ostraka.it.scenarios.kv.StoreCluster.Setting;
import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@link ShardKvScenarios} on real processes, as far as those can do it: profile {@code realtime}. */
@Timeout(600)
final class ShardKvRealtime extends ShardKvScenarios {

    @TempDir
    private Path directory;

    @Override
    void play(Setting setting, Script script) {
        RealTime.play(directory, setting, script);
    }
}
