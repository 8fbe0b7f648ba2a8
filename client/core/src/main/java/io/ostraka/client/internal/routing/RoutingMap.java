package io.ostraka.client.internal.routing;

import io.ostraka.proto.config.GroupRef;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a client needs of a configuration.
 *
 * @param shards one a shard, in the order of their numbers
 * @param groups addresses of each group's nodes
 */
public record RoutingMap(long clusterId, long revision, List<Shard> shards, Map<GroupRef, List<String>> groups) {

    /** Copies the collections. */
    public RoutingMap {
        shards = List.copyOf(shards);
        groups = Map.copyOf(groups);
    }

    /**
     * Where a shard is.
     *
     * @param holder its owner; the planned group if it has no owner yet; null if nobody is to hold it
     * @param epoch the owner's epoch; 0 if it has no owner
     */
    public record Shard(@Nullable GroupRef holder, long epoch) {}
}
