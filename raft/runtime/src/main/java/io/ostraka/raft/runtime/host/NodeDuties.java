package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.NodeId;
import io.ostraka.raft.core.PeerStatus;
import io.ostraka.raft.core.RaftStatus;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.RoleKind;
import io.ostraka.raft.core.input.LeaderAlive;
import io.ostraka.raft.core.input.PeerAlive;
import io.ostraka.raft.core.input.TransferLeadership;
import io.ostraka.raft.core.input.Wake;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node does once for all its replicas: its heartbeats, and leaving leadership to others while its disk is sick.
 * Belongs to the first Raft loop.
 */
final class NodeDuties {

    private static final Logger log = LoggerFactory.getLogger(NodeDuties.class);

    /**
     * How often the heartbeats of a node speak within the shortest election timeout. Groups that are at work have their
     * own; for quiet ones this is enough, and less often means less work for a cluster that has nothing to do.
     */
    private static final int HEARTBEATS_IN_ELECTION_TIMEOUT = 4;

    private final Map<ReplicaId, ? extends DutyReplica> groups;
    private final AddressBook addresses;
    private final Transport transport;
    private final HostOptions options;
    private final DiskHealth disk;
    private final NodeHeartbeats heartbeats = new NodeHeartbeats();
    private final NavigableMap<NodeId, Boolean> peerDisks = new TreeMap<>();
    private final NavigableSet<GroupId> led = new TreeSet<>();
    private @Nullable Long nextHeartbeatNanos;
    private long nextHandOverNanos;
    private boolean wasHealthy = true;

    NodeDuties(
            Map<ReplicaId, ? extends DutyReplica> groups,
            AddressBook addresses,
            Transport transport,
            HostOptions options) {
        this.groups = groups;
        this.addresses = addresses;
        this.transport = transport;
        this.options = options;
        this.disk = new DiskHealth(options.slowWriteNanos(), options.diskRecoveryNanos());
    }

    /** Notes how long a log write took. */
    void writeTook(long latencyNanos, long nowNanos) {
        disk.observe(latencyNanos, nowNanos);
    }

    /** Lets time pass. */
    void tick(long nowNanos, long oldestWriteNanos) {
        disk.observe(oldestWriteNanos, nowNanos);
        if (disk.healthy() != wasHealthy) {
            wasHealthy = disk.healthy();
            // A leader is the first to write, and so the first to see that a disk which all share is slow: what its
            // peers have said so far proves nothing.
            nextHandOverNanos = nowNanos + options.raft().electionTimeoutMinNanos();
            log.warn(
                    wasHealthy
                            ? "the log is written fast enough again"
                            : "writing the log takes over {} ms: leadership goes to healthier nodes if there are any",
                    options.slowWriteNanos() / 1_000_000);
        }
        if (!disk.healthy() && nowNanos - nextHandOverNanos >= 0) {
            nextHandOverNanos = nowNanos + options.raft().electionTimeoutMinNanos();
            handOver(nowNanos);
        }
        if (nextHeartbeatNanos == null || nowNanos - nextHeartbeatNanos >= 0) {
            // A tick may come a little early or late; half a tick of slack keeps the average at the interval.
            nextHeartbeatNanos = nowNanos + heartbeatIntervalNanos() - options.tickNanos() / 2;
            noteLed();
            for (NodeId node : heartbeats.peers()) {
                transport.send(node, heartbeats.next(node, nowNanos, disk.healthy()));
            }
        }
    }

    private long heartbeatIntervalNanos() {
        return Math.max(
                options.raft().heartbeatIntervalNanos(),
                options.raft().electionTimeoutMinNanos() / HEARTBEATS_IN_ELECTION_TIMEOUT);
    }

    private void noteLed() {
        NavigableSet<GroupId> leading = new TreeSet<>();
        for (DutyReplica group : groups.values()) {
            Leadership leadership = group.leadership();
            if (!leadership.leads()) {
                continue;
            }
            ReplicaId self = group.descriptor().replica();
            NavigableMap<NodeId, ReplicaId> followers = new TreeMap<>();
            for (ReplicaId peer : group.raftStatus().membership().othersThan(self)) {
                NodeId node = addresses.nodeOf(peer);
                if (node != null) {
                    followers.put(node, peer);
                }
            }
            GroupId id = group.descriptor().group();
            leading.add(id);
            heartbeats.lead(new LedGroup(id, leadership.term(), self), followers);
        }
        led.stream().filter(id -> !leading.contains(id)).forEach(heartbeats::drop);
        led.clear();
        led.addAll(leading);
    }

    /** Takes a heartbeat of another node, and answers it. */
    void received(NodeId from, NodeHeartbeat heartbeat, long nowNanos) {
        peerDisks.put(from, heartbeat.diskHealthy());
        NodeHeartbeats.Received received = heartbeats.received(from, heartbeat);
        NavigableMap<GroupId, DutyReplica> here = byGroup();
        List<GroupId> refused = new ArrayList<>();
        for (LedGroup each : received.alive()) {
            DutyReplica group = here.get(each.group());
            if (group == null || !group.isRunning() || group.leadership().term() > each.term()) {
                refused.add(each.group());
            } else {
                group.input(new LeaderAlive(each.leader(), each.term(), nowNanos));
            }
        }
        for (LedGroup each : received.lost()) {
            DutyReplica group = here.get(each.group());
            if (group != null && each.leader().equals(group.leadership().leader())) {
                group.input(new Wake(nowNanos));
            }
        }
        transport.send(
                from, new NodeHeartbeatAck(received.generation(), heartbeat.sentNanos(), refused, disk.healthy()));
    }

    /** Takes the answer to one of this node's heartbeats. */
    void acknowledged(NodeId from, NodeHeartbeatAck ack, long nowNanos) {
        peerDisks.put(from, ack.diskHealthy());
        NavigableMap<GroupId, DutyReplica> here = byGroup();
        for (NodeHeartbeats.PeerHeard heard : heartbeats.acknowledged(from, ack)) {
            DutyReplica group = here.get(heard.group());
            if (group != null) {
                group.input(new PeerAlive(heard.peer(), heard.term(), heard.sentNanos(), nowNanos));
            }
        }
    }

    /** Takes note that the connection to a node broke: its sets start anew, and what was sent there may be lost. */
    void unreachable(NodeId node) {
        heartbeats.disconnected(node);
        peerDisks.remove(node);
        for (DutyReplica group : groups.values()) {
            if (group.leadership().leads()) {
                for (ReplicaId peer : group.raftStatus()
                        .membership()
                        .othersThan(group.descriptor().replica())) {
                    if (node.equals(addresses.nodeOf(peer))) {
                        group.lost(peer);
                    }
                }
            }
        }
    }

    private NavigableMap<GroupId, DutyReplica> byGroup() {
        NavigableMap<GroupId, DutyReplica> here = new TreeMap<>();
        groups.values().forEach(group -> here.put(group.descriptor().group(), group));
        return here;
    }

    /** Asks each group that is led here to go to its most advanced follower on a node whose disk is known to be fit. */
    private void handOver(long nowNanos) {
        for (DutyReplica group : groups.values()) {
            RaftStatus status = group.raftStatus();
            if (status.role() != RoleKind.LEADER) {
                continue;
            }
            ReplicaId target = null;
            long matched = -1;
            for (PeerStatus peer : status.peers()) {
                NodeId node = addresses.nodeOf(peer.peer());
                boolean fit = node != null && !peer.quarantined() && peerDisks.getOrDefault(node, false);
                if (fit && peer.matchIndex() > matched) {
                    target = peer.peer();
                    matched = peer.matchIndex();
                }
            }
            if (target != null) {
                group.input(new TransferLeadership(target, nowNanos));
            }
        }
    }
}
