package io.ostraka.shardctrler.server;

import io.ostraka.proto.Feature;
import io.ostraka.proto.Limits;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.HostPort;
import io.ostraka.proto.controller.ControllerStatusReply;
import io.ostraka.proto.controller.FormatReply;
import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.NodeId;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.input.Budget;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.runtime.host.DamagedReplicaException;
import io.ostraka.raft.runtime.host.GroupStatus;
import io.ostraka.raft.runtime.host.ReplicaHost;
import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.runtime.storage.LogWrite;
import io.ostraka.raft.runtime.storage.NodeDirectoryException;
import io.ostraka.raft.runtime.storage.ReplicaDescriptor;
import io.ostraka.raft.runtime.storage.ReplicaRecovery;
import io.ostraka.shardctrler.codec.CommandCodec;
import io.ostraka.shardctrler.command.ControllerCommand.Initialise;
import io.ostraka.shardctrler.command.ControllerMember;
import io.ostraka.shardctrler.machine.ControllerStateMachine;
import io.ostraka.shardctrler.server.Answers.Refused;
import io.ostraka.shardctrler.state.Transitions;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * How a cluster is founded (DESIGN section 8). `format` tells the replica id that goes with this data directory. `init`
 * sends the ids of all controllers to each of them. Each then, durably and in this order:
 *
 * 1. writes the founding record: cluster id, number of shards, all controllers;
 * 2. notes the cluster id in its data directory;
 * 3. begins the replica's log, and then writes its descriptor;
 * 4. opens the replica.
 *
 * A crash between two steps is carried on from the founding record at the next start; a repeated `init` with the same
 * record does the same, one with another record is refused. A step that fails ends the process, so that it comes to the
 * same as a crash: most likely the disk is full. Whoever leads proposes the record as the first command. An
 * empty directory has no founding record and waits for `init`; it is never taken for a new cluster.
 */
/**
 * Whether this data directory is a controller, and which; makes it one, once. Works on one executor; what it offers may
 * be read by any thread.
 */
final class Founding {

    private static final Logger LOG = LoggerFactory.getLogger(Founding.class);
    private static final Refused FOUNDED = new Refused(StatusCode.OK, "this controller has taken the membership");

    private final ControllerNode.Parts parts;
    private final ReplicaHost host;
    private final String address;
    private final Executor executor;
    private final Runnable onChange;
    private final FoundingFile file;
    private @Nullable Initialise record;
    private boolean proposing;
    private volatile @Nullable Replica replica;

    Founding(ControllerNode.Parts parts, String address, Executor executor, Runnable onChange) throws DiskException {
        this.parts = parts;
        this.host = parts.host();
        this.address = address;
        this.executor = executor;
        this.onChange = onChange;
        file = new FoundingFile(parts.disk());
    }

    /** The replica, once there is one. */
    @Nullable
    Replica replica() {
        return replica;
    }

    /** The replica id that belongs to a data directory: apart from all ids that the controller gives to groups. */
    static ReplicaId replicaOf(NodeId node) {
        return new ReplicaId((Limits.GROUP_REPLICA_ID_MAX + 1) | (node.value() & Limits.GROUP_REPLICA_ID_MAX));
    }

    /** Goes on from what the directory holds. */
    void resume() throws DiskException, NodeDirectoryException, DamagedReplicaException {
        Optional<Initialise> founded = file.read();
        ReplicaId self = replicaOf(parts.directory().nodeId());
        boolean created = isCreated(self);
        if (founded.isEmpty()) {
            if (created) {
                throw new NodeDirectoryException(
                        NodeDirectoryException.Reason.DAMAGED,
                        parts.disk().describe() + " holds a controller's replica, but its founding record is missing:"
                                + " restore the folder " + ControllerStateMachine.FOLDER
                                + ", or empty the directory and replace this controller");
            }
            return;
        }
        record = founded.get();
        parts.directory().joinCluster(founded.get().clusterId());
        if (created) {
            ReplicaRecovery found = parts.recovered().get(self);
            open(founded.get(), found == null ? new ReplicaRecovery.Damaged("the log holds nothing of it") : found);
        } else {
            create(founded.get(), done -> LOG.info("founding went on after a restart: {}", done.message()));
        }
    }

    private boolean isCreated(ReplicaId self) {
        return parts.directory().replicas().stream()
                .anyMatch(known -> known.replica().equals(self));
    }

    /** Takes the founding record. Any thread; the answer, whose code is OK if it was taken, comes on another. */
    void initialise(Initialise request, Consumer<Refused> done) {
        executor.execute(() -> {
            Refused problem = problemOf(request);
            if (problem != null) {
                done.accept(problem);
                return;
            }
            if (replica != null) {
                done.accept(FOUNDED);
                return;
            }
            try {
                if (record == null) {
                    file.write(request);
                    record = request;
                }
                parts.directory().joinCluster(request.clusterId());
                create(request, done);
            } catch (DiskException | NodeDirectoryException e) {
                failed(e, done);
            }
        });
    }

    private @Nullable Refused problemOf(Initialise request) {
        Initialise known = record;
        if (known != null) {
            return known.equals(request)
                    ? null
                    : new Refused(
                            StatusCode.REJECTED,
                            "this controller is initialised already, for cluster " + Long.toHexString(known.clusterId())
                                    + " with " + known.shards() + " shards");
        }
        if (request.featureLevel() > Feature.NEWEST_LEVEL) {
            return new Refused(
                    StatusCode.REJECTED,
                    "the cluster would begin at feature level " + request.featureLevel()
                            + ", and this controller knows " + Feature.NEWEST_LEVEL);
        }
        int bytes = CommandCodec.encode(request).size();
        if (bytes > CommandCodec.BYTES_MAX) {
            return new Refused(
                    StatusCode.INVALID,
                    "the founding record has " + bytes + " bytes, at most " + CommandCodec.BYTES_MAX
                            + " are possible: the backup is of too large a cluster");
        }
        String invalid = Transitions.problemOf(request);
        if (invalid != null) {
            return new Refused(StatusCode.INVALID, invalid);
        }
        long cluster = parts.directory().clusterId();
        if (cluster != 0 && cluster != request.clusterId()) {
            return new Refused(
                    StatusCode.WRONG_CLUSTER,
                    "this data directory belongs to cluster " + Long.toHexString(cluster) + "; use an empty one");
        }
        NodeId node = parts.directory().nodeId();
        ReplicaId self = replicaOf(node);
        boolean named = request.members().stream()
                .anyMatch(member -> member.replicaId() == self.value() && member.nodeId() == node.value());
        return named
                ? null
                : new Refused(
                        StatusCode.INVALID,
                        "the membership does not name this controller, whose replica id is " + self.value()
                                + "; ask every controller with 'ostraka controller format' and name them all");
    }

    /** Begins the log, writes the descriptor, opens the replica; a controller that was never a member has neither. */
    private void create(Initialise founding, Consumer<Refused> done) {
        ReplicaId self = replicaOf(parts.directory().nodeId());
        LogWrite first = new LogWrite.Restart(self, LogPosition.ZERO);
        parts.log()
                .submit(
                        first,
                        write -> executor.execute(() -> {
                            if (replica != null) {
                                done.accept(FOUNDED);
                                return;
                            }
                            try {
                                parts.directory().put(descriptor(founding));
                                open(founding, new ReplicaRecovery.Recovered(null, LogPosition.ZERO, List.of()));
                                done.accept(FOUNDED);
                            } catch (DiskException | NodeDirectoryException | DamagedReplicaException e) {
                                failed(e, done);
                            }
                        }));
    }

    private void failed(Exception e, Consumer<Refused> done) {
        try {
            done.accept(new Refused(StatusCode.INTERNAL, "this controller could not be founded: " + e.getMessage()));
        } finally {
            parts.fatal().fatal(e);
        }
    }

    private ReplicaDescriptor descriptor(Initialise founding) {
        List<ReplicaId> voters = founding.members().stream()
                .map(member -> new ReplicaId(member.replicaId()))
                .toList();
        return new ReplicaDescriptor(
                GroupId.CONTROLLER, replicaOf(parts.directory().nodeId()), Membership.of(voters), true);
    }

    private void open(Initialise founding, ReplicaRecovery found)
            throws DiskException, NodeDirectoryException, DamagedReplicaException {
        ReplicaDescriptor descriptor = descriptor(founding);
        for (ControllerMember member : founding.members()) {
            parts.addresses().setNode(new ReplicaId(member.replicaId()), new NodeId(member.nodeId()));
            setAddress(member.nodeId(), member.address());
        }
        ControllerStateMachine machine = ControllerStateMachine.open(parts.disk(), descriptor.founding(), onChange);
        replica = new Replica(host.open(descriptor, found, machine), machine, founding);
        refreshAddresses();
        onChange.run();
    }

    /** Notes where controllers that are nodes, too, have moved to; on the executor. */
    void refreshAddresses() {
        Replica running = replica;
        ClusterConfig config =
                running == null ? null : running.published().state().config();
        if (running != null && config != null) {
            for (ControllerMember member : running.founding().members()) {
                config.addressOf(member.nodeId()).ifPresent(current -> setAddress(member.nodeId(), current));
            }
        }
    }

    private void setAddress(long node, String hostPort) {
        if (node != parts.directory().nodeId().value()) {
            HostPort to = HostPort.parse(hostPort);
            parts.addresses().setAddress(new NodeId(node), InetSocketAddress.createUnresolved(to.host(), to.port()));
        }
    }

    /** If this controller leads a cluster that is not founded yet, proposes the founding record; on the executor. */
    void proposeFounding() {
        Replica running = replica;
        if (running == null
                || proposing
                || running.published().state().isInitialised()
                || !running.group().leadership().leads()) {
            return;
        }
        proposing = true;
        running.group()
                .propose(
                        CommandCodec.encode(running.founding()),
                        Budget.PROTOCOL,
                        outcome -> executor.execute(() -> proposing = false));
    }

    /**
     * Tells the ids of this data directory, and whether it is free for a new cluster, or for the controllers of this
     * one if they are to be restored; the answer comes on the executor, as the directory may be busy writing.
     */
    void format(long clusterId, Consumer<FormatReply> done) {
        executor.execute(() -> done.accept(format(clusterId)));
    }

    /** An overview for people; the answer comes on the executor. */
    void status(Consumer<ControllerStatusReply> done) {
        executor.execute(() -> done.accept(status()));
    }

    private FormatReply format(long clusterId) {
        NodeId node = parts.directory().nodeId();
        long joined = parts.directory().clusterId();
        boolean free = replica == null && record == null && (joined == 0 || joined == clusterId);
        return FormatReply.newBuilder()
                .setCode(free ? StatusCode.OK : StatusCode.REJECTED)
                .setMessage(
                        free
                                ? "ready for 'ostraka controller init'"
                                : "this data directory belongs to cluster "
                                        + Long.toHexString(parts.directory().clusterId()) + " already")
                .setReplicaId(replicaOf(node).value())
                .setNodeId(node.value())
                .setFeatureLevel(Feature.NEWEST_LEVEL)
                .setRestoredAtEpochSeconds(restoredAt(clusterId))
                .build();
    }

    private long restoredAt(long clusterId) {
        Initialise known = record;
        return known == null || known.restore() == null || known.clusterId() != clusterId
                ? 0
                : known.restore().atEpochSeconds();
    }

    private ControllerStatusReply status() {
        ControllerStatusReply.Builder reply = ControllerStatusReply.newBuilder()
                .setClusterId(parts.directory().clusterId())
                .setNodeId(parts.directory().nodeId().value())
                .setReplicaId(replicaOf(parts.directory().nodeId()).value())
                .setAddress(address)
                .setFeatureLevel(Feature.NEWEST_LEVEL)
                .setRole("waiting");
        Replica running = replica;
        if (running == null) {
            return reply.build();
        }
        GroupStatus group = running.group().status();
        ClusterConfig config = running.published().state().config();
        return reply.setInitialised(config != null)
                .setRole(group.failure() != null ? "stopped" : roleOf(group))
                .setTerm(group.raft().term())
                .setLeaderHint(running.leaderAddress())
                .setCommitIndex(group.raft().commitIndex())
                .setAppliedIndex(group.appliedIndex())
                .setNum(config == null ? 0 : config.num())
                .setRevision(config == null ? 0 : config.revision())
                .build();
    }

    private static String roleOf(GroupStatus group) {
        return group.raft().role().name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
