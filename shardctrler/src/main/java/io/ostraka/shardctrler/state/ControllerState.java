package io.ostraka.shardctrler.state;

import io.ostraka.proto.config.ClusterConfig;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All that the controllers replicate. Immutable; {@link Transitions} makes the next one.
 *
 * @param config the configuration; null before the cluster is founded
 * @param registry controllers, nodes and free ids
 * @param settlements what leaving groups wait for
 * @param recoveries shards whose group was given up for dead
 * @param restoration what was heard since the controllers were restored from a backup
 * @param history old maps
 * @param requests administrators' latest requests
 */
public record ControllerState(
        @Nullable ClusterConfig config,
        Registry registry,
        Settlements settlements,
        Recoveries recoveries,
        Restoration restoration,
        MapHistory history,
        RecordedRequests requests) {

    /** Before the first entry of the log. */
    public static final ControllerState EMPTY = new ControllerState(
            null,
            Registry.EMPTY,
            Settlements.EMPTY,
            Recoveries.EMPTY,
            Restoration.NONE,
            MapHistory.EMPTY,
            RecordedRequests.EMPTY);

    /** Whether the cluster is founded. */
    public boolean isInitialised() {
        return config != null;
    }

    /**
     * The configuration with this number, as {@code query} answers it: the present one for -1, for its own number and
     * for numbers that are not reached yet; an old map for lower ones; nothing for other negative numbers, or if the
     * cluster is not founded.
     */
    public Optional<ClusterConfig> query(long num) {
        if (config == null || num < -1) {
            return Optional.empty();
        }
        return num == -1 || num >= config.num() ? Optional.of(config) : history.at(num, config);
    }

    ControllerState with(Registry newRegistry) {
        return new ControllerState(config, newRegistry, settlements, recoveries, restoration, history, requests);
    }

    ControllerState with(RecordedRequests newRequests) {
        return new ControllerState(config, registry, settlements, recoveries, restoration, history, newRequests);
    }
}
