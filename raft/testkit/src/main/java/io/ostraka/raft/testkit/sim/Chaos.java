package io.ostraka.raft.testkit.sim;

import java.util.List;

/** Injects the faults that a run's swarm has switched on, each at random times, until it is told to stop. */
final class Chaos {

    private final World world;
    private final Dice dice;
    private final Partitions partitions;
    private final Contest contest;
    private final double electionNanos;
    private boolean stopped;

    Chaos(World world) {
        this.world = world;
        this.dice = world.dice("chaos");
        this.partitions = new Partitions(world);
        this.contest = new Contest(world, dice, partitions);
        this.electionNanos = (double) world.swarm().raft().electionTimeoutMaxNanos();
    }

    void begin() {
        world.swarm().faults().forEach(this::next);
    }

    void stop() {
        stopped = true;
        partitions.stop();
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
            case LEADERSHIP_CONTESTED -> contest.begin();
            case CONNECTIONS_STALLED -> partition(fault, this::stall);
            case CONNECTION_RESET -> reset();
            case PROCESS_CRASH -> crash(fault, SimulatedNode.Crash.PROCESS);
            case MACHINE_CRASH -> crash(fault, SimulatedNode.Crash.MACHINE);
            case CRASH_AT_EFFECT ->
                victim().crashAtEffect(
                                dice.chance(0.5),
                                dice.chance(0.5),
                                dice.between(0, 12),
                                dice.oneOf(SimulatedNode.Crash.values()));
            case PAUSE -> pause();
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
            case DISK_WIPED, BIT_FLIP, GROUP_CUT_OFF ->
                throw new IllegalArgumentException(fault + " needs a cluster that can do without a machine");
        }
    }

    private long soon(double fewElections, double manyElections) {
        return world.queue().nowNanos() + (long) (electionNanos * dice.logUniform(fewElections, manyElections));
    }

    /** Returns a node, a leading one by preference. */
    private SimulatedNode victim() {
        SimulatedNode leading = dice.chance(0.5) ? contest.leading() : null;
        return leading != null ? leading : anyNode();
    }

    private SimulatedNode anyNode() {
        return world.nodes().get(dice.random().nextInt(world.nodes().size()));
    }

    private void crash(Fault fault, SimulatedNode.Crash how) {
        SimulatedNode node = victim();
        if (node.process() != null) {
            world.counts().injected(fault);
            node.crashAndRestart(how);
        }
    }

    private void pause() {
        SimulatedNode node = victim();
        world.counts().injected(Fault.PAUSE);
        if (dice.chance(0.5)) {
            node.pauseUntil(soon(0.01, 5));
        } else {
            node.afterSending(dice.between(1, 12), () -> node.pauseUntil(soon(0.01, 5)));
        }
    }

    private void fillDisk() {
        SimulatedNode node = victim();
        world.counts().injected(Fault.DISK_FULL);
        node.fillDisk();
        world.queue().after((long) (electionNanos * dice.logUniform(0.5, 5)), node::emptyDisk);
    }

    private void transfer() {
        SimulatedNode node = contest.leading();
        if (node != null) {
            contest.handOver(node, dice.chance(0.5) ? null : anyNode());
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

    private void partition(Fault fault, Runnable cuts) {
        if (world.nodes().size() > 1) {
            world.counts().injected(fault);
            partitions.replace((long) (electionNanos * dice.logUniform(0.2, 6)), cuts);
        }
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
        SimulatedNode only = anyNode();
        boolean all = dice.chance(0.5);
        if (dice.chance(0.5)) {
            partitions.silence(node, other -> all || other == only);
        } else {
            partitions.deafen(node, other -> all || other == only);
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
        SimulatedNode leader = contest.leading();
        if (leader == null) {
            return;
        }
        boolean deaf = dice.chance(0.7);
        if (deaf) {
            partitions.deafen(leader, all -> true);
        }
        if (!deaf || dice.chance(0.7)) {
            partitions.silence(leader, all -> true);
        }
    }

    /** Holds up all that is sent to a node; each connection moves on by itself. */
    private void stall() {
        SimulatedNode node = victim();
        partitions.stall(node);
        for (SimulatedNode other : world.nodes()) {
            long delay = (long) (electionNanos * dice.logUniform(0.2, 3));
            world.queue().after(delay, () -> world.network().letGo(other.index(), node.index()));
        }
    }
}
