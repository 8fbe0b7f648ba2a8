package io.ostraka.client.admin;

import java.util.List;

/** A cluster that has just been initialised. */
public record FoundedCluster(long clusterId, int shards, List<FormattedController> controllers) {

    /** Copies the list. */
    public FoundedCluster {
        controllers = List.copyOf(controllers);
    }
}
