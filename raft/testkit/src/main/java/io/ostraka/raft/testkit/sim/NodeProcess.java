package io.ostraka.raft.testkit.sim;

import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.NodeId;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.input.LeaderAlive;
import io.ostraka.raft.core.input.PeerAlive;
import io.ostraka.raft.core.input.PeerUnreachable;
import io.ostraka.raft.core.input.Wake;
import io.ostraka.raft.core.message.AppendResponse;
import io.ostraka.raft.runtime.host.Envelope;
import io.ostraka.raft.runtime.host.LedGroup;
import io.ostraka.raft.runtime.host.NodeHeartbeat;
import io.ostraka.raft.runtime.host.NodeHeartbeatAck;
import io.ostraka.raft.runtime.host.NodeHeartbeats;
import io.ostraka.raft.runtime.host.PeerMessage;
import io.ostraka.raft.runtime.storage.Recovery;
import io.ostraka.raft.testkit.disk.DiskCall;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One run of a node's process, from start to crash: its replicas, its log, its clock and its node heartbeats, wired as
 * production's host wires them. What is posted here dies with the process, and waits while it stands still.
 */
final class NodeProcess {

    private final World world;
    private final SimulatedNode node;
    private final long start;
    private final SimulatedClock clock;
    private final SimulatedLog log;
    private final NodeHeartbeats heartbeats = new NodeHeartbeats();
    private final SortedMap<ReplicaId, SimulatedReplica> replicas = new TreeMap<>();
    private final SortedMap<Integer, Long> sessions = new TreeMap<>();
    private final long begunNanos;
    private long nextHeartbeatNanos;
    private boolean dead;
    private SimulatedNode.@Nullable Crash doom;

    NodeProcess(World world, SimulatedNode node, long start, Recovery recovery) {
        this.world = world;
        this.node = node;
        this.start = start;
        long origin = node.dice().random().nextLong() >> 14;
        this.clock = new SimulatedClock(world.queue(), origin, node.clockSpeed());
        this.log = new SimulatedLog(world, this, recovery.log());
        this.nextHeartbeatNanos = origin;
        this.begunNanos = world.queue().nowNanos();
    }

    void begin(Recovery recovery) {
        for (World.Place place : world.placesOn(node.index())) {
            replicas.put(place.replica(), new SimulatedReplica(world, this, place));
        }
        replicas.values().forEach(replica -> replica.begin(recovery.require(replica.id())));
        post(nextTickNanos(), this::tick);
        post(nextFlushNanos(), this::flushSome);
    }

    SimulatedNode node() {
        return node;
    }

    SimulatedLog log() {
        return log;
    }

    long now() {
        return clock.nanoTime();
    }

    boolean isDead() {
        return dead || doom != null;
    }

    Collection<SimulatedReplica> replicas() {
        return replicas.values();
    }

    @Nullable
    SimulatedReplica replica(ReplicaId id) {
        return replicas.get(id);
    }

    ReplicaOracle oracle(ReplicaId id) {
        SimulatedReplica replica = replicas.get(id);
        if (replica == null) {
            throw new IllegalArgumentException("no replica " + id);
        }
        return replica.oracle();
    }

    void die() {
        dead = true;
    }

    /** The process ends within the present event: nothing that it does from here on has any effect. */
    void doom(SimulatedNode.Crash how) {
        if (doom == null) {
            doom = how;
        }
    }

    /** Has {@code work} run in this process after a delay, later if it stands still by then. */
    void post(long delayNanos, Runnable work) {
        world.queue().after(delayNanos, () -> run(work));
    }

    /** Runs {@code work} in this process, as one event. */
    void run(Runnable work) {
        if (dead) {
            return;
        }
        long pause = node.pausedUntilNanos() - world.queue().nowNanos();
        if (pause > 0) {
            post(pause, work);
            return;
        }
        try {
            work.run();
        } catch (DiskCall.PowerLoss e) {
            doom(SimulatedNode.Crash.MACHINE);
        }
        // Also what a dying process has decided counts: some of it may have left already.
        replicas.values().forEach(SimulatedReplica::observe);
        SimulatedNode.Crash how = doom;
        if (how != null) {
            node.crashAndRestart(how);
        }
    }

    /** Everything that was written to the log is durable. */
    void forced() {
        replicas.values().forEach(replica -> replica.oracle().forced());
    }

    private void tick() {
        long now = now();
        replicas.values().forEach(replica -> replica.tick(now));
        if (world.swarm().network().nodeHeartbeats() && now >= nextHeartbeatNanos) {
            nextHeartbeatNanos = now
                    + world.swarm().raft().heartbeatIntervalNanos()
                    - world.swarm().tickNanos() / 2;
            for (SimulatedReplica replica : replicas.values()) {
                if (replica.leads()) {
                    SortedMap<NodeId, ReplicaId> followers = replica.followersByNode();
                    heartbeats.lead(new LedGroup(replica.group(), replica.term(), replica.id()), followers);
                } else {
                    heartbeats.drop(replica.group());
                }
            }
            for (NodeId peer : heartbeats.peers()) {
                send((int) peer.value() - 1, heartbeats.next(peer, now, true));
            }
        }
        post(nextTickNanos(), this::tick);
    }

    /** Ticks never come quite as often as they should; if they did, candidates on two nodes could keep in step. */
    private long nextTickNanos() {
        return (long)
                (world.swarm().tickNanos() * (0.8 + 0.4 * node.dice().random().nextDouble()));
    }

    private long nextFlushNanos() {
        return node.dice().nextNanos(world.swarm().disk().flushMeanNanos());
    }

    private void flushSome() {
        replicas.keySet().forEach(this::flush);
        post(nextFlushNanos(), this::flushSome);
    }

    /** Flushes the store of a replica. */
    void flush(ReplicaId id) {
        SimulatedReplica replica = replicas.get(id);
        if (replica != null) {
            replica.flush();
        }
    }

    /** Sends a message to another node, unless this process dies first. */
    void send(int to, PeerMessage message) {
        if (isDead() || node.diesBeforeSending(this)) {
            return;
        }
        world.network().send(node.index(), to, start, message);
        node.sent();
    }

    void received(int from, SimulatedNetwork.Session session, List<PeerMessage> messages) {
        Long known = sessions.get(from);
        if (known == null || known < session.start()) {
            sessions.put(from, session.start());
            if (known != null) {
                unreachable(from);
            }
        }
        // A connection carries nothing from one run of a process to another.
        boolean ofSession = session.sentNanos() >= begunNanos && (known == null || session.start() >= known);
        for (PeerMessage message : messages) {
            switch (message) {
                case Envelope envelope -> received(envelope);
                case NodeHeartbeat heartbeat when ofSession -> received(from, heartbeat);
                case NodeHeartbeatAck ack when ofSession -> received(from, ack);
                case NodeHeartbeat stale -> {}
                case NodeHeartbeatAck stale -> {}
            }
        }
    }

    private void received(Envelope envelope) {
        SimulatedReplica replica = replicas.get(envelope.to());
        if (replica != null && replica.group().equals(envelope.group())) {
            replica.received(envelope.message());
            if (envelope.message() instanceof AppendResponse && !isDead()) {
                replica.checkBelief(envelope.from());
            }
        }
    }

    private void received(int from, NodeHeartbeat heartbeat) {
        NodeId sender = new NodeId(from + 1);
        NodeHeartbeats.Received received = heartbeats.received(sender, heartbeat);
        List<GroupId> refused = new ArrayList<>();
        for (LedGroup led : received.alive()) {
            SimulatedReplica replica = ofGroup(led.group());
            if (replica == null || replica.term() > led.term()) {
                refused.add(led.group());
            } else {
                replica.driver().step(new LeaderAlive(led.leader(), led.term(), now()));
            }
        }
        for (LedGroup led : received.lost()) {
            SimulatedReplica replica = ofGroup(led.group());
            if (replica != null && led.leader().equals(replica.leadership().leader())) {
                replica.driver().step(new Wake(now()));
            }
        }
        send(from, new NodeHeartbeatAck(received.generation(), heartbeat.sentNanos(), refused, true));
    }

    private void received(int from, NodeHeartbeatAck ack) {
        for (NodeHeartbeats.PeerHeard heard : heartbeats.acknowledged(new NodeId(from + 1), ack)) {
            SimulatedReplica replica = ofGroup(heard.group());
            if (replica != null) {
                replica.driver().step(new PeerAlive(heard.peer(), heard.term(), heard.sentNanos(), now()));
            }
        }
    }

    /** The connection to a node broke. */
    void unreachable(int other) {
        heartbeats.disconnected(new NodeId(other + 1));
        for (SimulatedReplica replica : replicas.values()) {
            ReplicaId peer = replica.followersByNode().get(new NodeId(other + 1));
            if (peer != null && replica.leads()) {
                replica.driver().step(new PeerUnreachable(peer));
            }
        }
    }

    private @Nullable SimulatedReplica ofGroup(GroupId group) {
        for (SimulatedReplica replica : replicas.values()) {
            if (replica.group().equals(group)) {
                return replica;
            }
        }
        return null;
    }
}
