package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.NodeId;
import io.ostraka.raft.core.ReplicaId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The bookkeeping of node heartbeats, which stand in for the heartbeats of quiet groups (DESIGN section 3,
 * "Transport").
 *
 * <p><b>Sending.</b> For each peer node this node keeps the set of groups that it leads and that have a replica there.
 * Each change gives the set a new generation. A heartbeat carries the difference between the last generation that the
 * peer has acknowledged and the present one, or the whole set where that generation is not remembered. An
 * acknowledgement of generation g proves that the peer's node was alive after the echoed send time and follows every
 * group of g that it does not refuse.
 *
 * <p><b>Receiving.</b> A heartbeat whose base is the generation known here moves it on; any other difference is not
 * applied, and the answer asks for the whole set. A group that was in a sender's set and no longer is loses its
 * stand-in at once: its follower is woken.
 *
 * <p>Deterministic and single-threaded; time comes in as an argument.
 */
public final class NodeHeartbeats {

    /** How many unacknowledged generations a peer is remembered by, before it gets the whole set. */
    private static final int HISTORY_MAX = 32;

    private final NavigableMap<NodeId, Outgoing> outgoing = new TreeMap<>();
    private final NavigableMap<NodeId, Incoming> incoming = new TreeMap<>();
    private final NavigableMap<GroupId, Led> led = new TreeMap<>();

    /**
     * A group that this node leads.
     *
     * @param group what the heartbeat says of it
     * @param followers the replicas of the other nodes
     */
    private record Led(LedGroup group, NavigableMap<NodeId, ReplicaId> followers) {}

    /**
     * Proof that a follower of a led group lived after a moment.
     *
     * @param group the group
     * @param peer the follower
     * @param term the term in which this node leads
     * @param sentNanos when the answered heartbeat was sent
     */
    public record PeerHeard(GroupId group, ReplicaId peer, long term, long sentNanos) {}

    /**
     * What the receipt of a heartbeat means.
     *
     * @param alive the leaders that this heartbeat speaks for
     * @param lost the groups that this node no longer says it leads
     * @param generation the generation known now, 0 if the whole set is needed
     */
    public record Received(List<LedGroup> alive, List<LedGroup> lost, long generation) {}

    /** Notes that this node leads {@code group}, with followers on the given nodes; replaces what was noted before. */
    public void lead(LedGroup group, Map<NodeId, ReplicaId> followers) {
        Led now = new Led(group, Collections.unmodifiableNavigableMap(new TreeMap<>(followers)));
        Led before = led.put(group.group(), now);
        if (now.equals(before)) {
            return;
        }
        NavigableSet<NodeId> touched = new TreeSet<>(followers.keySet());
        if (before != null) {
            touched.addAll(before.followers().keySet());
        }
        touched.forEach(this::renew);
    }

    /** Notes that this node no longer leads {@code group}. */
    public void drop(GroupId group) {
        Led before = led.remove(group);
        if (before != null) {
            before.followers().keySet().forEach(this::renew);
        }
    }

    /** Returns the nodes to send heartbeats to: those that share, or until their next answer shared, a led group. */
    public List<NodeId> peers() {
        List<NodeId> peers = new ArrayList<>();
        outgoing.forEach((node, out) -> {
            if (!out.current.isEmpty() || out.acknowledged == null || out.acknowledged.generation() != out.generation) {
                peers.add(node);
            }
        });
        return peers;
    }

    /** Makes the heartbeat to send to {@code node} now. */
    public NodeHeartbeat next(NodeId node, long nowNanos, boolean diskHealthy) {
        Outgoing out = outgoing.computeIfAbsent(node, n -> new Outgoing());
        Generation base = out.acknowledged;
        if (base == null) {
            return new NodeHeartbeat(
                    out.generation, 0, List.copyOf(out.current.values()), List.of(), nowNanos, diskHealthy);
        }
        if (base.generation() == out.generation) {
            return new NodeHeartbeat(out.generation, base.generation(), List.of(), List.of(), nowNanos, diskHealthy);
        }
        List<LedGroup> changed = new ArrayList<>();
        List<GroupId> gone = new ArrayList<>();
        out.current.forEach((id, group) -> {
            if (!group.equals(base.groups().get(id))) {
                changed.add(group);
            }
        });
        base.groups().keySet().stream()
                .filter(id -> !out.current.containsKey(id))
                .forEach(gone::add);
        return new NodeHeartbeat(out.generation, base.generation(), changed, gone, nowNanos, diskHealthy);
    }

    /** Takes the answer of {@code node}, and returns the followers that it proves alive. */
    public List<PeerHeard> acknowledged(NodeId node, NodeHeartbeatAck ack) {
        Outgoing out = outgoing.get(node);
        if (out == null) {
            return List.of();
        }
        Generation known = out.find(ack.generation());
        if (known == null) {
            out.acknowledged = null;
            return List.of();
        }
        if (out.acknowledged == null || known.generation() >= out.acknowledged.generation()) {
            out.acknowledged = known;
            out.forgetBefore(known.generation());
        }
        List<PeerHeard> heard = new ArrayList<>();
        known.groups().forEach((id, group) -> {
            Led now = led.get(id);
            ReplicaId peer = now == null ? null : now.followers().get(node);
            if (now != null
                    && peer != null
                    && now.group().equals(group)
                    && !ack.refused().contains(id)) {
                heard.add(new PeerHeard(id, peer, group.term(), ack.sentNanos()));
            }
        });
        return heard;
    }

    /** Takes a heartbeat of {@code node}. */
    public Received received(NodeId node, NodeHeartbeat heartbeat) {
        Incoming in = incoming.computeIfAbsent(node, n -> new Incoming());
        if (heartbeat.base() != 0 && heartbeat.generation() == in.generation) {
            // Known already: this one left before the answer to the last one had come.
            return new Received(List.copyOf(in.groups.values()), List.of(), in.generation);
        }
        if (heartbeat.base() != 0 && heartbeat.base() != in.generation) {
            // What the sender leads now cannot be told. An outdated set must not speak for it: if no answer ever
            // arrived there, its groups would not fail over.
            return new Received(List.of(), List.of(), 0);
        }
        NavigableMap<GroupId, LedGroup> before = in.groups;
        boolean whole = heartbeat.base() == 0;
        if (!whole && heartbeat.led().isEmpty() && heartbeat.dropped().isEmpty()) {
            in.generation = heartbeat.generation();
            return new Received(List.copyOf(before.values()), List.of(), in.generation);
        }
        NavigableMap<GroupId, LedGroup> after = whole ? new TreeMap<>() : new TreeMap<>(before);
        heartbeat.dropped().forEach(after::remove);
        heartbeat.led().forEach(group -> after.put(group.group(), group));
        List<LedGroup> lost = new ArrayList<>();
        for (LedGroup group : before.values()) {
            if (!after.containsKey(group.group())) {
                lost.add(group);
            }
        }
        in.groups = after;
        in.generation = heartbeat.generation();
        return new Received(List.copyOf(after.values()), lost, in.generation);
    }

    /**
     * Forgets what {@code node} knows and said: its connection broke, or its process is another one.
     *
     * @return the groups that it was last known to lead
     */
    public List<LedGroup> disconnected(NodeId node) {
        Outgoing out = outgoing.get(node);
        if (out != null) {
            out.acknowledged = null;
        }
        Incoming in = incoming.remove(node);
        return in == null ? List.of() : List.copyOf(in.groups.values());
    }

    private void renew(NodeId node) {
        Outgoing out = outgoing.computeIfAbsent(node, n -> new Outgoing());
        NavigableMap<GroupId, LedGroup> groups = new TreeMap<>();
        led.forEach((id, entry) -> {
            if (entry.followers().containsKey(node)) {
                groups.put(id, entry.group());
            }
        });
        out.advance(groups);
    }

    /** A numbered set of led groups; never changed once made. */
    private record Generation(long generation, NavigableMap<GroupId, LedGroup> groups) {}

    private static final class Outgoing {
        private long generation = 1;
        private NavigableMap<GroupId, LedGroup> current = new TreeMap<>();
        private @Nullable Generation acknowledged;
        private final Deque<Generation> history = new ArrayDeque<>(List.of(new Generation(1, current)));

        private void advance(NavigableMap<GroupId, LedGroup> groups) {
            generation++;
            current = groups;
            history.addLast(new Generation(generation, groups));
            if (history.size() > HISTORY_MAX) {
                history.removeFirst();
            }
        }

        private @Nullable Generation find(long wanted) {
            if (acknowledged != null && acknowledged.generation() == wanted) {
                return acknowledged;
            }
            for (Generation past : history) {
                if (past.generation() == wanted) {
                    return past;
                }
            }
            return null;
        }

        private void forgetBefore(long oldest) {
            for (Iterator<Generation> past = history.iterator(); past.hasNext(); ) {
                if (past.next().generation() >= oldest) {
                    return;
                }
                past.remove();
            }
        }
    }

    private static final class Incoming {
        private long generation;
        private NavigableMap<GroupId, LedGroup> groups = new TreeMap<>();
    }
}
