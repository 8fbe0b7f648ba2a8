package io.ostraka.raft.testkit.sim;

import io.ostraka.raft.core.ReplicaId;
import java.util.Collections;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * Changes of leaders that the one who is succeeded hardly notices, so that it goes on answering reads if anything lets
 * it: a lease that is too long, a promise that a follower does not keep, an answer that is taken for a later one. One
 * at a time; each ends with everyone reaching everyone.
 */
final class Contest {

    private final World world;
    private final Dice dice;
    private final Partitions partitions;
    private final double electionNanos;
    private boolean underWay;

    Contest(World world, Dice dice, Partitions partitions) {
        this.world = world;
        this.dice = dice;
        this.partitions = partitions;
        this.electionNanos = (double) world.swarm().raft().electionTimeoutMaxNanos();
    }

    /** Begins one, unless one is under way, nobody leads, or there is nobody else. */
    void begin() {
        SimulatedNode leader = leading();
        if (underWay || leader == null || world.nodes().size() == 1) {
            return;
        }
        world.counts().injected(Fault.LEADERSHIP_CONTESTED);
        underWay = true;
        if (dice.chance(0.6)) {
            handOver(leader, slowest());
            after(0.2, 1, () -> play(leading()));
        } else {
            play(leader);
        }
    }

    private void play(@Nullable SimulatedNode leader) {
        after(2, 3.5, () -> underWay = false);
        if (leader == null) {
            return;
        }
        switch (dice.between(0, 10)) {
            case 0, 1 -> handOverUnheard(leader);
            case 2, 3, 4 -> estrange(leader, other(leader));
            case 5 -> starve(leader, other(leader));
            case 6 -> standStill(leader);
            case 7 -> interruptVoters(leader);
            default -> cutOff(leader);
        }
    }

    /** It asks another one to take over, and does not hear what comes of it. */
    private void handOverUnheard(SimulatedNode leader) {
        handOver(leader, dice.chance(0.5) ? null : other(leader));
        partition(() -> partitions.deafen(leader, all -> true));
    }

    /** It and another one do not reach each other; the rest reach both, and will elect the other one if they may. */
    private void estrange(SimulatedNode leader, SimulatedNode other) {
        partition(() -> {
            partitions.silence(leader, other::equals);
            partitions.deafen(leader, other::equals);
        });
    }

    /** One follower misses it for an election; then it is cut off, and others restart as if they knew of nothing. */
    private void starve(SimulatedNode leader, SimulatedNode follower) {
        long partition = partition(() -> partitions.silence(leader, follower::equals));
        after(1, 2, () -> {
            if (partitions.isInForce(partition)) {
                partition(() -> isolate(leader));
                bounce(leader);
            }
        });
    }

    /** It stands still right after it has sent something; the answers wait for it. */
    private void standStill(SimulatedNode leader) {
        leader.afterSending(
                dice.between(1, 4),
                () -> leader.pauseUntil(world.queue().nowNanos() + (long) (electionNanos * dice.logUniform(0.8, 2))));
    }

    /** It is cut off right after it has sent something: that still arrives, the answers may take long. */
    private void cutOff(SimulatedNode leader) {
        Swarm.Network network = world.swarm().network();
        long arrivesNanos = 4 * (network.delayMinNanos() + network.delayMeanNanos());
        leader.afterSending(dice.between(1, 4), () -> {
            long partition = partition(() -> hearNoMore(leader));
            world.queue().after(arrivesNanos, () -> {
                if (partitions.isInForce(partition)) {
                    partitions.silence(leader, all -> true);
                }
            });
        });
    }

    /** It is cut off; the others restart in the midst of the election, as if they knew of nothing. */
    private void interruptVoters(SimulatedNode leader) {
        partition(() -> isolate(leader));
        for (SimulatedNode node : world.nodes()) {
            if (node != leader) {
                node.afterSending(dice.between(1, 8), () -> world.queue().after(0, () -> restart(node)));
            }
        }
    }

    private void isolate(SimulatedNode leader) {
        partitions.silence(leader, all -> true);
        hearNoMore(leader);
    }

    private void hearNoMore(SimulatedNode leader) {
        if (dice.chance(0.3)) {
            partitions.deafen(leader, all -> true);
        } else {
            partitions.stall(leader);
            letGoOnceSucceeded(leader);
        }
    }

    /** What is sent to a leader moves on when another one has been elected, whose own messages come last. */
    private void letGoOnceSucceeded(SimulatedNode leader) {
        world.queue().after((long) (electionNanos / 50), () -> {
            if (!underWay || partitions.isStopped()) {
                return;
            }
            boolean succeeded = world.nodes().stream().anyMatch(node -> node != leader && node.leads());
            if (!succeeded) {
                letGoOnceSucceeded(leader);
                return;
            }
            for (SimulatedNode node : world.nodes()) {
                double most = node.leads() ? 1 : 0.1;
                if (node != leader) {
                    after(most / 10, most, () -> world.network().letGo(node.index(), leader.index()));
                }
            }
        });
    }

    /** Has the nodes but one restart, each or only some, in no time. */
    private void bounce(SimulatedNode spared) {
        for (SimulatedNode node : world.nodes()) {
            if (node != spared && dice.chance(0.5)) {
                restart(node);
            }
        }
    }

    private void restart(SimulatedNode node) {
        if (node.process() != null) {
            world.counts().injected(Fault.PROCESS_CRASH);
            node.crash(dice.oneOf(SimulatedNode.Crash.values()));
            node.boot();
        }
    }

    /** Has what is led on a node go to another one, or wherever its leader likes. */
    void handOver(SimulatedNode from, @Nullable SimulatedNode to) {
        NodeProcess process = from.process();
        if (process == null) {
            return;
        }
        for (SimulatedReplica replica : process.replicas()) {
            ReplicaId target = to == null ? null : replica.followersByNode().get(to.id());
            if (replica.leads() && (to == null || target != null)) {
                world.counts().injected(Fault.TRANSFER);
                process.run(() -> replica.transfer(target));
            }
        }
    }

    /** Returns a node that leads, or null. */
    @Nullable
    SimulatedNode leading() {
        var leading = world.nodes().stream().filter(SimulatedNode::leads).toList();
        return leading.isEmpty() ? null : leading.get(dice.random().nextInt(leading.size()));
    }

    /** Returns the node with the slowest clock: as a leader it believes in its lease for the longest time. */
    private SimulatedNode slowest() {
        return Collections.min(world.nodes(), Comparator.comparingDouble(SimulatedNode::clockSpeed));
    }

    private SimulatedNode other(SimulatedNode node) {
        int step = dice.between(1, world.nodes().size() - 1);
        return world.nodes().get((node.index() + step) % world.nodes().size());
    }

    private long partition(Runnable cuts) {
        return partitions.replace((long) (electionNanos * dice.logUniform(1.3, 2.5)), cuts);
    }

    private void after(double fewElections, double manyElections, Runnable action) {
        world.queue().after((long) (electionNanos * dice.logUniform(fewElections, manyElections)), () -> {
            if (!partitions.isStopped()) {
                action.run();
            }
        });
    }
}
