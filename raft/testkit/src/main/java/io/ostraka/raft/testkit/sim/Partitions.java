package io.ostraka.raft.testkit.sim;

import java.util.function.Predicate;

/** Who does not reach whom: one partition at a time, which is healed after a while or replaced by the next. */
final class Partitions {

    private final World world;
    private long number;
    private boolean stopped;

    Partitions(World world) {
        this.world = world;
    }

    /** Heals nothing more by itself. */
    void stop() {
        stopped = true;
    }

    boolean isStopped() {
        return stopped;
    }

    /** Replaces the partition that there is, and heals this one after a while; returns its number. */
    long replace(long lastsNanos, Runnable cuts) {
        long mine = ++number;
        world.network().heal();
        cuts.run();
        world.queue().after(lastsNanos, () -> {
            if (isInForce(mine)) {
                world.network().heal();
            }
        });
        return mine;
    }

    /** Whether this partition was not replaced, and faults are still injected. */
    boolean isInForce(long partition) {
        return partition == number && !stopped;
    }

    /** Cuts what {@code node} sends to those others. */
    void silence(SimulatedNode node, Predicate<SimulatedNode> others) {
        for (SimulatedNode other : world.nodes()) {
            if (other != node && others.test(other)) {
                world.network().cut(node.index(), other.index());
            }
        }
    }

    /** Cuts what those others send to {@code node}: what it sends still arrives. */
    void deafen(SimulatedNode node, Predicate<SimulatedNode> others) {
        for (SimulatedNode other : world.nodes()) {
            if (other != node && others.test(other)) {
                world.network().cut(other.index(), node.index());
            }
        }
    }

    /** Holds up all that is sent to {@code node}. */
    void stall(SimulatedNode node) {
        for (SimulatedNode other : world.nodes()) {
            if (other != node) {
                world.network().stall(other.index(), node.index());
            }
        }
    }
}
