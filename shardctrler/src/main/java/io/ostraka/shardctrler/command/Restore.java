package io.ostraka.shardctrler.command;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.shardctrler.state.Registry.NodeFact;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What new controllers of a cluster go on from whose controllers were lost.
 *
 * @param config the configuration when the backup was taken
 * @param nodes what was known of each node then
 * @param nextReplicaId the next replica id that no group had then
 * @param atEpochSeconds when the restore began, in seconds since 1970
 */
public record Restore(ClusterConfig config, SortedMap<Long, NodeFact> nodes, long nextReplicaId, long atEpochSeconds) {

    /** Copies the map. */
    public Restore {
        nodes = Collections.unmodifiableSortedMap(new TreeMap<>(nodes));
    }
}
