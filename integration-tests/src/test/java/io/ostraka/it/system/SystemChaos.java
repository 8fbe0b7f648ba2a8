package io.ostraka.it.system;

import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.testkit.sim.Dice;
import io.ostraka.raft.testkit.sim.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Injects the faults that a run's swarm has switched on, each at random times, until it is told to stop. Each fault has
 * a name and dice of its own, so that one can be left out and all others happen as before.
 */
final class SystemChaos {

    private final SystemWorld world;
    private final Predicate<String> wanted;
    private final Consumer<String> listener;
    private final double electionNanos;
    private Dice dice;
    private long cuts;
    private boolean stopped;

    /**
     * @param wanted which faults are to happen, by their names
     * @param listener told each that happens
     */
    SystemChaos(SystemWorld world, Predicate<String> wanted, Consumer<String> listener) {
        this.world = world;
        this.wanted = wanted;
        this.listener = listener;
        this.dice = world.dice("chaos");
        this.electionNanos = (double) world.swarm().host().raft().electionTimeoutMaxNanos();
    }

    void begin() {
        world.swarm().faults().forEach((fault, mean) -> next(fault, mean, world.dice("chaos " + fault), 1));
    }

    void stop() {
        stopped = true;
    }

    private void next(Fault fault, long meanNanos, Dice times, int number) {
        world.queue().after(times.nextNanos(meanNanos), () -> {
            if (!stopped) {
                String name = fault + "." + number;
                if (wanted.test(name)) {
                    world.trace().say(() -> "fault " + name);
                    world.trace().note("fault", fault.name().hashCode(), number);
                    listener.accept(name);
                    dice = world.dice(name);
                    inject(fault);
                }
                next(fault, meanNanos, times, number + 1);
            }
        });
    }

    private void inject(Fault fault) {
        switch (fault) {
            case PARTITION -> partition(fault, this::split);
            case ONE_WAY_CUT -> partition(fault, this::cutOneWay);
            case BRIDGE -> partition(fault, this::bridge);
            case LEADER_ISOLATED -> partition(fault, () -> isolate(victim().index()));
            case GROUP_CUT_OFF -> cutOffAtSteps();
            case CONNECTION_RESET -> reset();
            case PROCESS_CRASH -> crash(fault, Life.End.PROCESS);
            case MACHINE_CRASH -> crash(fault, Life.End.MACHINE);
            case CRASH_AT_EFFECT -> crashAtEffect();
            case PAUSE -> pause();
            case SLOW_DISK -> slowDisk();
            case FORCE_FAILED -> victim().failNextForce();
            case DISK_FULL -> fillDisk();
            case TRANSFER -> transfer();
            case DISK_WIPED, BIT_FLIP -> loseData(fault);
            default -> throw new IllegalArgumentException(fault + " is none of this simulation");
        }
    }

    private long soon(double fewElections, double manyElections) {
        return world.queue().nowNanos() + (long) (electionNanos * dice.logUniform(fewElections, manyElections));
    }

    /** A machine, one that leads by preference. */
    private Machine victim() {
        if (dice.chance(0.5)) {
            List<Machine> leading = new ArrayList<>();
            for (Machine machine : world.machines()) {
                Server server = machine.server();
                if (server != null && server.host().leadsAny()) {
                    leading.add(machine);
                }
            }
            if (!leading.isEmpty()) {
                return leading.get(dice.random().nextInt(leading.size()));
            }
        }
        return world.machines().get(dice.random().nextInt(world.machines().size()));
    }

    private void crash(Fault fault, Life.End how) {
        Machine machine = victim();
        if (machine.isUp()) {
            world.counts().injected(fault);
            machine.crashAndRestart(how);
        }
    }

    /** Now, or once a machine has installed a snapshot. */
    private void crashAtEffect() {
        int steps = dice.between(0, 20);
        Life.End how = dice.oneOf(Life.End.values());
        if (dice.chance(0.3)) {
            world.installation().showNext(machine -> {
                if (!stopped) {
                    machine.crashAtEffect(steps, how);
                }
            });
        } else {
            victim().crashAtEffect(steps, how);
        }
    }

    /** Only once it is founded does a cluster survive such a loss. */
    private void loseData(Fault fault) {
        Machine machine = victim();
        if (world.groups().isFounded() && world.losses().maySuffer(machine)) {
            if (fault == Fault.DISK_WIPED) {
                world.counts().injected(fault);
                machine.loseDisk();
            } else {
                machine.rot();
            }
            machine.restartLater();
        }
    }

    /** One stands still, or all do and go on at once, so that several find their leader silent for too long. */
    private void pause() {
        List<Machine> still = dice.chance(0.2) ? world.machines() : List.of(victim());
        long until = soon(0.01, 5);
        for (Machine machine : still) {
            Life life = machine.life();
            if (life != null) {
                world.counts().injected(Fault.PAUSE);
                life.pauseUntil(until);
            }
        }
    }

    /**
     * Now, or once some group has a new leader: then the disks of its peers, so that all it has yet is what it knew as
     * a follower, while it is asked and its peers answer heartbeats.
     */
    private void slowDisk() {
        long lasts = (long) (electionNanos * dice.logUniform(0.5, 5));
        if (dice.chance(0.5)) {
            world.counts().injected(Fault.SLOW_DISK);
            victim().slowUntil(world.queue().nowNanos() + lasts);
            return;
        }
        world.groups().showNextLeader(leader -> {
            for (Machine machine : world.machines()) {
                if (!stopped && machine.hosts(leader.group()) && !machine.leads(leader.group())) {
                    world.counts().injected(Fault.SLOW_DISK);
                    machine.slowUntil(world.queue().nowNanos() + lasts);
                }
            }
        });
    }

    /** Now, or once a controller is about to write its state: the log has kept room for itself, the state has none. */
    private void fillDisk() {
        long lasts = (long) (electionNanos * dice.logUniform(0.5, 5));
        if (dice.chance(0.5)) {
            fillDisk(victim(), lasts);
            return;
        }
        world.stateWriting().showNext(machine -> {
            if (!stopped) {
                fillDisk(machine, lasts);
            }
        });
    }

    private void fillDisk(Machine machine, long lastsNanos) {
        world.counts().injected(Fault.DISK_FULL);
        machine.fillDisk();
        world.queue().after(lastsNanos, machine::emptyDisk);
    }

    private void transfer() {
        Server server = victim().server();
        if (server != null) {
            for (WitnessedHost.Hosted hosted : server.host().replicas()) {
                if (hosted.group().leadership().leads()) {
                    world.counts().injected(Fault.TRANSFER);
                    hosted.group().transferLeadership(null);
                }
            }
        }
    }

    private void reset() {
        List<Connection> open = world.wires().connections();
        if (!open.isEmpty()) {
            world.counts().injected(Fault.CONNECTION_RESET);
            open.get(dice.random().nextInt(open.size())).reset();
        }
    }

    /** One partition at a time, which heals by itself. */
    private void partition(Fault fault, Runnable cutting) {
        world.counts().injected(fault);
        world.wires().heal();
        cutting.run();
        long number = ++cuts;
        world.queue().after((long) (electionNanos * dice.logUniform(0.2, 8)), () -> {
            if (number == cuts) {
                world.wires().heal();
            }
        });
    }

    /** Cuts off the source or the successor of the next hand-overs, in the very moment in which they come to a step. */
    private void cutOffAtSteps() {
        Dice own = dice;
        for (ShardsOracle.Step step : ShardsOracle.Step.values()) {
            boolean source = own.chance(0.6);
            world.shards().showNext(step, (from, to) -> {
                if (!stopped) {
                    dice = own;
                    partition(Fault.GROUP_CUT_OFF, () -> cutOff(source ? from : to));
                }
            });
        }
    }

    /** A group without the others; some clients are on its side, or all reach both sides, and the one that is wrong. */
    private void cutOff(GroupId group) {
        boolean[] inside =
                new boolean[dice.chance(0.5) ? places() : world.machines().size()];
        for (int i = 0; i < inside.length; i++) {
            inside[i] = i < world.machines().size() ? world.machines().get(i).hosts(group) : dice.chance(0.5);
        }
        separate(inside);
    }

    private int places() {
        return world.placeOfClient(world.swarm().clients()) + 1;
    }

    private void split() {
        boolean[] left = new boolean[places()];
        for (int i = 0; i < left.length; i++) {
            left[i] = dice.chance(0.5);
        }
        separate(left);
    }

    private void separate(boolean[] left) {
        for (int from = 0; from < left.length; from++) {
            for (int to = 0; to < left.length; to++) {
                if (left[from] != left[to]) {
                    world.wires().cut(from, to);
                }
            }
        }
    }

    private void cutOneWay() {
        int victim = victim().index();
        int only = dice.random().nextInt(places());
        boolean all = dice.chance(0.5);
        boolean silence = dice.chance(0.5);
        for (int other = 0; other < places(); other++) {
            if (all || other == only) {
                world.wires().cut(silence ? victim : other, silence ? other : victim);
            }
        }
    }

    private void bridge() {
        int middle = victim().index();
        for (int from = 0; from < world.machines().size(); from++) {
            for (int to = 0; to < world.machines().size(); to++) {
                if (from != middle && to != middle && dice.chance(0.8)) {
                    world.wires().cut(from, to);
                }
            }
        }
    }

    private void isolate(int victim) {
        boolean deaf = dice.chance(0.7);
        boolean mute = !deaf || dice.chance(0.7);
        // A leader that its clients still reach is the more dangerous.
        int others = dice.chance(0.5) ? places() : world.machines().size();
        for (int other = 0; other < others; other++) {
            if (deaf) {
                world.wires().cut(other, victim);
            }
            if (mute) {
                world.wires().cut(victim, other);
            }
        }
    }
}
