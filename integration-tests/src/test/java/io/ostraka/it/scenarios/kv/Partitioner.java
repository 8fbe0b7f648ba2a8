package io.ostraka.it.scenarios.kv;

import io.ostraka.it.scenarios.kv.StoreCluster.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Splits a group's servers in two, at random, again and again. The classic one cuts both ways; of these, one in three
 * cuts only what one side sends.
 */
final class Partitioner {

    private final StoreCluster cluster;
    private final List<? extends Place> servers;
    private final RandomGenerator random;
    private boolean stopped;
    private int partitions;

    private Partitioner(StoreCluster cluster, List<? extends Place> servers) {
        this.cluster = cluster;
        this.servers = List.copyOf(servers);
        this.random = cluster.random("partitions");
    }

    /** Begins in a second. */
    static Partitioner begin(StoreCluster cluster, List<? extends Place> servers) {
        Partitioner partitioner = new Partitioner(cluster, servers);
        cluster.afterMillis(1_000, partitioner::next);
        return partitioner;
    }

    private void next() {
        if (stopped) {
            return;
        }
        partitions++;
        List<Place> left = new ArrayList<>();
        List<Place> right = new ArrayList<>();
        servers.forEach(server -> (random.nextBoolean() ? left : right).add(server));
        cluster.heal();
        if (random.nextInt(3) > 0) {
            cutAll(cluster, left, right);
        }
        cutAll(cluster, right, left);
        cluster.afterMillis(1_000 + random.nextInt(200), this::next);
    }

    /** Cuts what goes from these to those. */
    static void cutAll(StoreCluster cluster, List<? extends Place> these, List<? extends Place> those) {
        these.forEach(from -> those.forEach(to -> cluster.cut(from, to)));
    }

    /** Heals, and cuts no more; returns how many partitions there were. */
    int stop() {
        stopped = true;
        cluster.heal();
        return partitions;
    }
}
