package io.ostraka.raft.testkit.sim;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Injects the faults that a run's swarm has switched on, each at random times, until it is told to stop. */
final class Chaos {

    private final World world;
    private final Dice dice;
    private final double electionNanos;
    private boolean stopped;
    private long partitions;

    Chaos(World world) {
        this.world = world;
        this.dice = world.dice("chaos");
        this.electionNanos = (double) world.swarm().raft().electionTimeoutMaxNanos();
    }

    void begin() {
        world.swarm().faults().forEach(this::next);
    }

    void stop() {
        stopped = true;
    }

    private void next(Fault fault, long meanNanos) {
        world.queue().after(dice.nextNanos(meanNanos), () -> {
            if (!stopped) {
                world.trace().say(() -> "fault " + fault);
                inject(fault);
                next(fault, meanNanos);
            }
        });
    }

    private void inject(Fault fault) {
        switch (fault) {
            case PARTITION -> partition(fault, this::split);
            case ONE_WAY_CUT -> partition(fault, this::cutOneWay);
            case BRIDGE -> partition(fault, this::bridge);
            case LEADER_ISOLATED -> partition(fault, this::isolateLeader);
            case CONNECTION_RESET -> reset();
            case PROCESS_CRASH -> crash(fault, SimulatedNode.Crash.PROCESS);
            case MACHINE_CRASH -> crash(fault, SimulatedNode.Crash.MACHINE);
            case CRASH_AT_EFFECT ->
                victim().crashAtEffect(
                                dice.chance(0.5),
                                dice.chance(0.5),
                                dice.between(0, 12),
                                dice.oneOf(SimulatedNode.Crash.values()));
            case PAUSE -> {
                world.counts().injected(fault);
                victim().pauseUntil(soon(0.01, 5));
            }
            case SLOW_DISK -> {
                world.counts().injected(fault);
                victim().slowUntil(soon(0.5, 5));
            }
            case FORCE_FAILED -> victim().failNextForce();
            case DISK_FULL -> fillDisk();
            case TRANSFER -> transfer();
            case QUARANTINE -> quarantine();
            case MESSAGE_LOST, MESSAGE_DOUBLED, MESSAGE_REPLAYED, MESSAGE_DELAYED, CLOCK_DRIFT, SNAPSHOT_BROKEN ->
                throw new IllegalArgumentException(fault + " has no time of its own");
        }
    }

    private long soon(double fewElections, double manyElections) {
        return world.queue().nowNanos() + (long) (electionNanos * dice.logUniform(fewElections, manyElections));
    }

    /** Returns a node, a leading one by preference. */
    private SimulatedNode victim() {
        SimulatedNode leading = dice.chance(0.5) ? leading() : null;
        return leading != null ? leading : anyNode();
    }

    private SimulatedNode anyNode() {
        return world.nodes().get(dice.random().nextInt(world.nodes().size()));
    }

    private @Nullable SimulatedNode leading() {
        List<SimulatedNode> leading = new ArrayList<>();
        for (SimulatedNode node : world.nodes()) {
            NodeProcess process = node.process();
            if (process != null && process.replicas().stream().anyMatch(SimulatedReplica::leads)) {
                leading.add(node);
            }
        }
        return leading.isEmpty() ? null : leading.get(dice.random().nextInt(leading.size()));
    }

    private void crash(Fault fault, SimulatedNode.Crash how) {
        SimulatedNode node = victim();
        if (node.process() != null) {
            world.counts().injected(fault);
            node.crashAndRestart(how);
        }
    }

    private void fillDisk() {
        SimulatedNode node = victim();
        world.counts().injected(Fault.DISK_FULL);
        node.fillDisk();
        world.queue().after((long) (electionNanos * dice.logUniform(0.5, 5)), node::emptyDisk);
    }

    private void transfer() {
        SimulatedNode node = leading();
        NodeProcess process = node == null ? null : node.process();
        if (process == null) {
            return;
        }
        for (SimulatedReplica replica : process.replicas()) {
            if (replica.leads() && dice.chance(0.7)) {
                world.counts().injected(Fault.TRANSFER);
                List<World.Place> members = world.placesOf(replica.group());
                World.Place target = members.get(dice.random().nextInt(members.size()));
                process.run(() -> replica.transfer(dice.chance(0.5) ? null : target.replica()));
                if (dice.chance(0.4)) {
                    partition(Fault.LEADER_ISOLATED, () -> deafen(process.node()));
                }
            }
        }
    }

    /** Distrusts a replica, and never so many of a group that the rest is no majority. */
    private void quarantine() {
        NodeProcess process = victim().process();
        if (process == null) {
            return;
        }
        for (SimulatedReplica replica : process.replicas()) {
            List<World.Place> members = world.placesOf(replica.group());
            long distrusted = members.stream().filter(world::isQuarantined).count();
            if (dice.chance(0.5) && 2 * (distrusted + 1) < members.size() && !world.isQuarantined(replica.place())) {
                world.counts().injected(Fault.QUARANTINE);
                replica.doom();
                process.run(replica::quarantine);
            }
        }
    }

    private void reset() {
        SimulatedNode one = anyNode();
        SimulatedNode other = anyNode();
        if (one != other) {
            world.counts().injected(Fault.CONNECTION_RESET);
            noticeBreak(one, other);
            noticeBreak(other, one);
        }
    }

    private static void noticeBreak(SimulatedNode at, SimulatedNode other) {
        NodeProcess process = at.process();
        if (process != null) {
            process.run(() -> process.unreachable(other.index()));
        }
    }

    /** Replaces the partition that there is, and heals it after a while. */
    private void partition(Fault fault, Runnable cuts) {
        if (world.nodes().size() == 1) {
            return;
        }
        world.counts().injected(fault);
        world.network().heal();
        cuts.run();
        long number = ++partitions;
        world.queue().after((long) (electionNanos * dice.logUniform(0.2, 6)), () -> {
            if (number == partitions && !stopped) {
                world.network().heal();
            }
        });
    }

    private void split() {
        boolean[] left = new boolean[world.nodes().size()];
        for (int i = 0; i < left.length; i++) {
            left[i] = dice.chance(0.5);
        }
        for (int from = 0; from < left.length; from++) {
            for (int to = 0; to < left.length; to++) {
                if (left[from] != left[to]) {
                    world.network().cut(from, to);
                }
            }
        }
    }

    private void cutOneWay() {
        SimulatedNode node = victim();
        boolean outwards = dice.chance(0.5);
        boolean all = dice.chance(0.5);
        int only = anyNode().index();
        for (SimulatedNode other : world.nodes()) {
            if (other != node && (all || other.index() == only)) {
                world.network().cut(outwards ? node.index() : other.index(), outwards ? other.index() : node.index());
            }
        }
    }

    private void bridge() {
        int middle = anyNode().index();
        for (SimulatedNode from : world.nodes()) {
            for (SimulatedNode to : world.nodes()) {
                if (from.index() != middle && to.index() != middle && dice.chance(0.8)) {
                    world.network().cut(from.index(), to.index());
                }
            }
        }
    }

    private void isolateLeader() {
        SimulatedNode leader = leading();
        if (leader == null) {
            return;
        }
        SimulatedNode starved = anyNode();
        if (dice.chance(0.3) && starved != leader) {
            starve(leader, starved);
        } else {
            isolate(leader);
            if (dice.chance(0.3)) {
                bounce(leader);
            }
        }
    }

    /** Lets one follower miss its leader for an election, then cuts the leader off while others restart at once. */
    private void starve(SimulatedNode leader, SimulatedNode follower) {
        world.network().cut(leader.index(), follower.index());
        long number = partitions + 1;
        world.queue().after((long) (electionNanos * (1 + dice.random().nextDouble())), () -> {
            if (number == partitions && !stopped) {
                world.network().heal();
                isolate(leader);
                bounce(leader);
            }
        });
    }

    private void isolate(SimulatedNode node) {
        boolean deaf = dice.chance(0.7);
        boolean dumb = !deaf || dice.chance(0.7);
        for (SimulatedNode other : world.nodes()) {
            if (other != node && deaf) {
                world.network().cut(other.index(), node.index());
            }
            if (other != node && dumb) {
                world.network().cut(node.index(), other.index());
            }
        }
    }

    /** What a node sends still arrives, what is sent to it does not: it does not hear who succeeds it. */
    private void deafen(SimulatedNode node) {
        for (SimulatedNode other : world.nodes()) {
            if (other != node) {
                world.network().cut(other.index(), node.index());
            }
        }
    }

    /** Has the nodes but one restart, each or only some, in no time. */
    private void bounce(SimulatedNode spared) {
        for (SimulatedNode node : world.nodes()) {
            if (node != spared && node.process() != null && dice.chance(0.5)) {
                world.counts().injected(Fault.PROCESS_CRASH);
                node.crash(dice.oneOf(SimulatedNode.Crash.values()));
                node.boot();
            }
        }
    }
}
