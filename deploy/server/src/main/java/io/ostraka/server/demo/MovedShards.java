package io.ostraka.server.demo;

import io.ostraka.client.admin.ClusterMap;
import java.util.HashMap;
import java.util.Map;

/** Counts how often a shard came to another group, from the configurations as they are pushed. Thread-safe. */
final class MovedShards {

    private final Map<Integer, Long> epochs = new HashMap<>();
    private long handOvers;

    /** Takes the next configuration. The first epoch of a shard is its birth, each later one a hand-over. */
    synchronized void see(ClusterMap map) {
        for (ClusterMap.Shard shard : map.shards()) {
            Long before = epochs.put(shard.shard(), shard.epoch());
            if (before != null && before > 0 && shard.epoch() > before) {
                handOvers += shard.epoch() - before;
            }
        }
    }

    synchronized long handOvers() {
        return handOvers;
    }
}
