package io.ostraka.it.scenarios.kv;

import io.ostraka.it.scenarios.kv.StoreCluster.Setting;

/** Classic scenarios of the store, wherever their clusters run. */
abstract class StoreScenarios {

    /** What happens in a scenario. */
    interface Script {
        void play(StoreScenario scenario);
    }

    /** Plays a script on clusters of this kind, each time to its good end. */
    abstract void play(Setting setting, Script script);

    static Setting groupsOf(int groups, int replicas, long unflushedBytesMax) {
        return new Setting(groups, replicas, unflushedBytesMax);
    }
}
