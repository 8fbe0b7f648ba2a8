package io.ostraka.it.scenarios.kv;

import io.ostraka.it.scenarios.kv.StoreCluster.Setting;

/** {@link KvRaftScenarios} in virtual time; for settings see {@link VirtualTime}. */
final class KvRaftScenariosTest extends KvRaftScenarios {

    @Override
    void play(Setting setting, Script script) {
        VirtualTime.play(setting, script);
    }
}
