package io.ostraka.raft.testkit.sim;

import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.membership.Membership;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Everything that a run consists of: time, chance, nodes, network, and the oracles that see all of it. */
final class World {

    /** Where a replica lives. */
    record Place(GroupId group, ReplicaId replica, int node) {}

    private final long seed;
    private final Swarm swarm;
    private final Tampering tampering;
    private final Machines machines;
    private final Watcher watcher;
    private final EventQueue queue;
    private final Trace trace;
    private final FaultCounts counts = new FaultCounts();
    private final SortedMap<ReplicaId, Place> places = new TreeMap<>();
    private final SortedMap<GroupId, GroupOracle> groups = new TreeMap<>();
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final SimulatedNetwork network;
    private long numbers;
    private long forceMeanNanos;

    World(
            long seed,
            Swarm swarm,
            Tampering tampering,
            Machines machines,
            Watcher watcher,
            @Nullable Consumer<String> lines) {
        this.seed = seed;
        this.swarm = swarm;
        this.tampering = tampering;
        this.machines = machines;
        this.watcher = watcher;
        this.queue = new EventQueue(Dice.of(seed, "queue").random());
        this.trace = new Trace(queue, lines);
        this.network = new SimulatedNetwork(this, 10 * swarm.raft().electionTimeoutMaxNanos());
        this.forceMeanNanos = swarm.disk().forceMeanNanos();
        place();
        for (int i = 0; i < swarm.nodes(); i++) {
            nodes.add(new SimulatedNode(this, i));
        }
    }

    private void place() {
        Dice dice = dice("placement");
        long nextReplica = 1;
        for (int g = 0; g < swarm.groups().size(); g++) {
            GroupId group = new GroupId(g + 1, 1);
            List<ReplicaId> members = new ArrayList<>();
            int first = dice.random().nextInt(swarm.nodes());
            for (int i = 0; i < swarm.groups().get(g); i++) {
                ReplicaId replica = new ReplicaId(nextReplica++);
                members.add(replica);
                places.put(replica, new Place(group, replica, (first + i) % swarm.nodes()));
            }
            groups.put(group, new GroupOracle(group, Membership.of(members)));
        }
    }

    Swarm swarm() {
        return swarm;
    }

    Tampering tampering() {
        return tampering;
    }

    Machines machines() {
        return machines;
    }

    Watcher watcher() {
        return watcher;
    }

    EventQueue queue() {
        return queue;
    }

    Trace trace() {
        return trace;
    }

    FaultCounts counts() {
        return counts;
    }

    SimulatedNetwork network() {
        return network;
    }

    List<SimulatedNode> nodes() {
        return nodes;
    }

    SortedMap<GroupId, GroupOracle> groups() {
        return groups;
    }

    GroupOracle group(GroupId group) {
        GroupOracle oracle = groups.get(group);
        if (oracle == null) {
            throw new IllegalArgumentException("no group " + group);
        }
        return oracle;
    }

    @Nullable
    Place place(ReplicaId replica) {
        return places.get(replica);
    }

    /** Returns the replicas of a node. */
    List<Place> placesOn(int node) {
        return places.values().stream().filter(place -> place.node() == node).toList();
    }

    /** Returns the replicas of a group. */
    List<Place> placesOf(GroupId group) {
        return places.values().stream()
                .filter(place -> place.group().equals(group))
                .toList();
    }

    /** Returns the replica that runs at a place, or null if its node is down. */
    @Nullable
    SimulatedReplica running(Place place) {
        NodeProcess process = nodes.get(place.node()).process();
        return process == null ? null : process.replica(place.replica());
    }

    /** Whether what the replica at a place holds is not to be trusted, now or after a restart. */
    boolean isQuarantined(Place place) {
        SimulatedReplica running = running(place);
        boolean stored = nodes.get(place.node()).store(place.replica()).quarantined();
        return running == null ? stored : running.isQuarantined() || stored;
    }

    Dice dice(String name) {
        return Dice.of(seed, name);
    }

    /** Returns how long a force takes on average. */
    long forceMeanNanos() {
        return forceMeanNanos;
    }

    /**
     * From now on network and disks are so good that elections end: candidates whose timeouts differ by less than the
     * time that an election takes would split votes for ever.
     */
    void calm() {
        long spread = swarm.raft().electionTimeoutMaxNanos() - swarm.raft().electionTimeoutMinNanos();
        network.calm(spread / 20);
        forceMeanNanos = Math.min(forceMeanNanos, spread / 20);
    }

    /** Returns a number that was not given out before. */
    long nextNumber() {
        return ++numbers;
    }
}
