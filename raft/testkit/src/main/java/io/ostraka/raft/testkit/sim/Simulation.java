package io.ostraka.raft.testkit.sim;

import io.ostraka.raft.core.GroupId;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One simulated life of a few nodes, determined by its seed: clients and faults for a while (the safety phase); then a
 * majority that the seed picks is well and everything must be decided (the liveness phase); in the end the machines
 * lose power, start again, and must still agree on everything.
 */
public final class Simulation {

    /**
     * How a run went.
     *
     * @param swarm what the run was like
     * @param digest its history, folded
     * @param virtualNanos how much time passed in it
     * @param events how many events it took
     * @param faults what was injected
     * @param acknowledged how many commands were acknowledged
     * @param reads how many reads were answered
     * @param leaders how many leaders were elected
     */
    public record Report(
            Swarm swarm,
            String digest,
            long virtualNanos,
            long events,
            FaultCounts faults,
            long acknowledged,
            long reads,
            long leaders) {}

    /** For how many election timeouts nothing may happen before it counts as never. */
    private static final int PATIENCE_ELECTIONS = 60;

    private final World world;
    private final Dice dice;
    private final Clients clients;
    private final Chaos chaos;
    private final SortedMap<GroupId, Boolean> probed = new TreeMap<>();
    private final long electionNanos;

    private Simulation(long seed, Swarm swarm, Tampering tampering, @Nullable Consumer<String> lines) {
        this.world = new World(seed, swarm, tampering, TallyMachine::open, Watcher.NONE, lines);
        this.dice = world.dice("phases");
        this.clients = new Clients(world);
        this.chaos = new Chaos(world);
        this.electionNanos = swarm.raft().electionTimeoutMaxNanos();
        world.trace().say(swarm::toString);
    }

    /**
     * Runs a seed.
     *
     * @param tampering what is wrong in this run, {@link Tampering#NONE} for nothing
     * @param eventsMax how many events the safety phase takes
     * @param lines takes a line for everything that happens, or is null
     * @throws InvariantViolation if something happened that must not
     */
    public static Report run(long seed, Tampering tampering, long eventsMax, @Nullable Consumer<String> lines) {
        return new Simulation(seed, Swarm.draw(seed), tampering, lines).live(eventsMax);
    }

    private Report live(long eventsMax) {
        world.nodes().forEach(SimulatedNode::found);
        clients.begin();
        chaos.begin();
        while (world.queue().ran() < eventsMax && world.queue().runNext()) {
            // Each event checks itself.
        }
        clients.stop();
        chaos.stop();
        List<SimulatedNode> core = heal();
        converge(core, "after healing");
        world.nodes().forEach(node -> {
            node.settle();
            node.allow(true);
            node.crash(SimulatedNode.Crash.MACHINE);
        });
        world.network().heal();
        world.nodes().forEach(SimulatedNode::boot);
        converge(world.nodes(), "after the loss of power");
        long leaders = world.groups().values().stream()
                .mapToLong(GroupOracle::elections)
                .sum();
        return new Report(
                world.swarm(),
                world.trace().digest(),
                world.queue().nowNanos(),
                world.queue().ran(),
                world.counts(),
                clients.acknowledged(),
                clients.readsAnswered(),
                leaders);
    }

    /** Makes a majority of each group well, and leaves the rest dead or cut off. */
    private List<SimulatedNode> heal() {
        List<SimulatedNode> shuffled = new ArrayList<>(world.nodes());
        for (int i = shuffled.size() - 1; i > 0; i--) {
            shuffled.set(i, shuffled.set(dice.random().nextInt(i + 1), shuffled.get(i)));
        }
        List<SimulatedNode> core = new ArrayList<>();
        for (SimulatedNode node : shuffled) {
            if (!hasMajorities(core)) {
                core.add(node);
            }
        }
        world.network().heal();
        world.calm();
        for (SimulatedNode node : world.nodes()) {
            node.settle();
            if (core.contains(node)) {
                node.boot();
                continue;
            }
            node.allow(false);
            if (dice.chance(0.5) && node.process() != null) {
                node.crash(SimulatedNode.Crash.MACHINE);
            }
            for (SimulatedNode other : world.nodes()) {
                world.network().cut(node.index(), other.index());
                world.network().cut(other.index(), node.index());
            }
        }
        world.trace()
                .say(() -> "healed around "
                        + core.stream().map(node -> "n" + node.index()).toList());
        return core;
    }

    private boolean hasMajorities(List<SimulatedNode> core) {
        for (GroupId group : world.groups().keySet()) {
            List<World.Place> places = world.placesOf(group);
            long in = places.stream()
                    .filter(place -> core.contains(world.nodes().get(place.node())))
                    // A group can do without its majority of copies, but not without one of those that may lead.
                    .filter(place -> !world.isQuarantined(place))
                    .count();
            if (in <= places.size() / 2) {
                return false;
            }
        }
        return true;
    }

    /** Lets time pass until the replicas on {@code nodes} agree, which must not take for ever. */
    private void converge(List<SimulatedNode> nodes, String when) {
        probed.clear();
        long progress = progress();
        long deadline = world.queue().nowNanos() + PATIENCE_ELECTIONS * electionNanos;
        long next = 0;
        while (world.queue().nowNanos() < deadline) {
            if (world.queue().nowNanos() >= next) {
                next = world.queue().nowNanos() + electionNanos / 4;
                if (agreed(nodes)) {
                    return;
                }
                if (progress() - progress > 3) {
                    progress = progress();
                    deadline = world.queue().nowNanos() + PATIENCE_ELECTIONS * electionNanos;
                }
            }
            if (!world.queue().runNext()) {
                break;
            }
        }
        throw new InvariantViolation(Invariant.LIVENESS, "no agreement " + when + ":" + describe(nodes));
    }

    /** Returns a number that grows while the groups get on: what is committed, and what replicas have got of it. */
    private long progress() {
        return world.groups().values().stream()
                .mapToLong(GroupOracle::entriesHeld)
                .sum();
    }

    private boolean agreed(List<SimulatedNode> nodes) {
        boolean all = !clients.isOwedAnswers(nodes);
        for (GroupId group : world.groups().keySet()) {
            all &= agreed(group, nodes);
        }
        return all;
    }

    private boolean agreed(GroupId group, List<SimulatedNode> nodes) {
        if (!probed.getOrDefault(group, false)) {
            SimulatedReplica leader = clients.leading(group);
            if (leader != null && nodes.contains(leader.process().node())) {
                clients.probe(leader, () -> probed.put(group, true));
            }
            return false;
        }
        long committed = world.group(group).committed();
        for (World.Place place : world.placesOf(group)) {
            if (nodes.contains(world.nodes().get(place.node()))) {
                SimulatedReplica replica = world.running(place);
                if (replica == null
                        || replica.machine().tally().at().position().index() != committed
                        || replica.oracle().core().last() != committed) {
                    return false;
                }
            }
        }
        return true;
    }

    private String describe(List<SimulatedNode> nodes) {
        StringBuilder text = new StringBuilder();
        if (clients.isOwedAnswers(nodes)) {
            text.append(clients.owed(nodes));
        }
        for (SimulatedNode node : nodes) {
            for (World.Place place : world.placesOn(node.index())) {
                SimulatedReplica replica = world.running(place);
                text.append("\n  n")
                        .append(node.index())
                        .append(' ')
                        .append(place.group())
                        .append(' ');
                text.append(replica == null ? "is down" : replica.driver().status());
            }
        }
        return text.toString();
    }
}
