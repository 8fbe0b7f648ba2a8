package io.ostraka.it.scenarios.kv;

import io.ostraka.it.scenarios.kv.StoreCluster.Setting;

/** {@link Edition2025Scenarios} in virtual time; for settings see {@link VirtualTime}. */
final class Edition2025ScenariosTest extends Edition2025Scenarios {

    @Override
    void play(Setting setting, Script script) {
        VirtualTime.play(setting, script);
    }
}
