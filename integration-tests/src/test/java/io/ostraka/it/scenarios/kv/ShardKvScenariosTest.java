package io.ostraka.it.scenarios.kv;

import io.ostraka.it.scenarios.kv.StoreCluster.Setting;

/** {@link ShardKvScenarios} in virtual time; for settings see {@link VirtualTime}. */
final class ShardKvScenariosTest extends ShardKvScenarios {

    @Override
    void play(Setting setting, Script script) {
        VirtualTime.play(setting, script);
    }
}
