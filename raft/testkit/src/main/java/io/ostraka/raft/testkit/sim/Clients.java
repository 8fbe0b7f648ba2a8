package io.ostraka.raft.testkit.sim;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.host.ProposalResult;
import io.ostraka.raft.runtime.host.ReadResult;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What clients ask of the groups, of whoever they take for the leader, and what they are told: each answer is checked
 * when it comes.
 */
final class Clients {

    /** A request that a replica has taken and not answered. */
    private record Open(NodeProcess process, ReplicaId replica, String what) {}

    private final World world;
    private final Dice dice;
    private final List<Open> open = new ArrayList<>();
    private boolean stopped;
    private long requests;
    private long acknowledged;
    private long readsAnswered;

    Clients(World world) {
        this.world = world;
        this.dice = world.dice("clients");
    }

    void begin() {
        for (GroupId group : world.groups().keySet()) {
            next(group);
        }
    }

    void stop() {
        stopped = true;
    }

    long acknowledged() {
        return acknowledged;
    }

    long readsAnswered() {
        return readsAnswered;
    }

    /** Whether a process that runs on one of {@code nodes} owes an answer. */
    boolean isOwedAnswers(List<SimulatedNode> nodes) {
        open.removeIf(request -> request.process().isDead());
        return open.stream()
                .anyMatch(request -> nodes.contains(request.process().node()));
    }

    /** Returns what is owed, for people. */
    String owed(List<SimulatedNode> nodes) {
        return open.stream()
                .filter(request -> nodes.contains(request.process().node()))
                .map(request -> " " + request.replica() + " owes an answer to " + request.what() + ";")
                .collect(Collectors.joining());
    }

    private void next(GroupId group) {
        Swarm.Load load = world.swarm().load();
        long wait = dice.nextNanos(load.requestMeanNanos());
        if (load.idleEvery() > 0 && ++requests % load.idleEvery() == 0) {
            wait += world.swarm().raft().electionTimeoutMaxNanos() * 3;
        }
        world.queue().after(wait, () -> {
            if (!stopped) {
                ask(group);
                next(group);
            }
        });
    }

    private void ask(GroupId group) {
        Swarm.Load load = world.swarm().load();
        SimulatedReplica replica = dice.chance(load.strayRate()) ? any(group) : leading(group);
        if (replica == null) {
            return;
        }
        int count = dice.between(1, load.burstMax());
        if (dice.chance(load.readRate())) {
            read(replica, count);
        } else {
            List<Bytes> commands = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                commands.add(command(dice.random().nextInt(load.payloadMax())));
            }
            propose(replica, commands, null);
        }
    }

    private @Nullable SimulatedReplica any(GroupId group) {
        List<World.Place> places = world.placesOf(group);
        return world.running(places.get(dice.random().nextInt(places.size())));
    }

    /** Returns a replica that believes to lead; there may be several. */
    @Nullable
    SimulatedReplica leading(GroupId group) {
        List<SimulatedReplica> leading = new ArrayList<>();
        for (World.Place place : world.placesOf(group)) {
            SimulatedReplica replica = world.running(place);
            if (replica != null && replica.leads()) {
                leading.add(replica);
            }
        }
        return leading.isEmpty() ? any(group) : leading.get(dice.random().nextInt(leading.size()));
    }

    private Bytes command(int filling) {
        byte[] bytes = new byte[SimulatedMachine.NUMBER_BYTES + filling];
        ByteBuffer.wrap(bytes).putLong(world.nextNumber());
        return Bytes.wrap(bytes);
    }

    /** Proposes one small command, and tells {@code done} if it was applied. */
    void probe(SimulatedReplica replica, Runnable done) {
        propose(replica, List.of(command(8)), done);
    }

    private void propose(SimulatedReplica replica, List<Bytes> commands, @Nullable Runnable done) {
        replica.process().run(() -> {
            for (Bytes command : commands) {
                long number = command.asByteBuffer().getLong();
                Open request = new Open(replica.process(), replica.id(), "command " + number);
                open.add(request);
                replica.propose(command, result -> {
                    if (!replica.process().isDead()) {
                        open.remove(request);
                        answered(replica, number, result, done);
                    }
                });
            }
        });
    }

    private void answered(SimulatedReplica replica, long number, ProposalResult<Long> result, @Nullable Runnable done) {
        world.group(replica.group()).answered(number, result);
        if (result instanceof ProposalResult.Applied<Long>) {
            acknowledged++;
            if (done != null) {
                done.run();
            }
        }
        world.trace().note("answer", number, result instanceof ProposalResult.Applied<Long> ? 1 : 0);
    }

    private void read(SimulatedReplica replica, int count) {
        GroupOracle oracle = world.group(replica.group());
        replica.process().run(() -> {
            for (int i = 0; i < count; i++) {
                long committed = oracle.committed();
                long askedNanos = world.queue().nowNanos();
                Open request = new Open(replica.process(), replica.id(), "read asked at " + askedNanos);
                open.add(request);
                replica.read(result -> {
                    if (!replica.process().isDead()) {
                        open.remove(request);
                        if (result instanceof ReadResult.Ready ready) {
                            readsAnswered++;
                            checkRead(replica, ready, committed, askedNanos);
                        }
                    }
                });
            }
        });
    }

    static void checkRead(SimulatedReplica replica, ReadResult.Ready ready, long committed, long askedNanos) {
        long state = replica.applier().appliedIndex();
        if (ready.index() < committed || state < ready.index()) {
            throw new InvariantViolation(
                    Invariant.LINEARIZABLE_READ,
                    replica.id() + " answers a read, asked at " + askedNanos + " when " + committed
                            + " was committed, at index " + ready.index() + " with a state of " + state);
        }
    }
}
